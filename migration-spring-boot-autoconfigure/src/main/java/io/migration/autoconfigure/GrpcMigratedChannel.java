package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.migration.grpc.CallSettings;
import io.migration.grpc.CredentialsFilter;
import io.migration.grpc.MigratingChannel;
import io.migration.mirror.RoutedMigration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.ChannelCredentialsProvider;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * A channel that a migration names. Whoever asks for it gets a channel of its own, as
 * ever.
 *
 * @param name the migration's name
 * @param channel the name of the channel of source
 * @param target the name or address of the channel of target
 * @param named whether that is a name, with settings of its own
 * @param settings how calls are routed
 * @param beans where the migration is
 */
record GrpcMigratedChannel(String name, String channel, String target, boolean named, CallSettings settings,
		BeanFactory beans) {

	private static final Log logger = LogFactory.getLog(GrpcMigratedChannel.class);

	static GrpcMigratedChannel of(String name, GrpcMigrationProperties migration, BeanFactory beans) {
		Checked checked = new Checked("migration.grpc." + name);
		String channel = migration.getChannel();
		if (channel == null || channel.isBlank()) {
			throw new InvalidMigrationException("The migration '%s' names no channel.".formatted(checked.prefix()),
					"Name the channel to decorate by '%s.channel', as the application gives it to Spring gRPC."
						.formatted(checked.prefix()));
		}
		String address = migration.getTarget().getAddress();
		String other = migration.getTarget().getChannel();
		if ((address == null || address.isBlank()) == (other == null || other.isBlank())) {
			throw new InvalidMigrationException(
					"The migration '%s' has %s.".formatted(checked.prefix(),
							(address == null || address.isBlank()) ? "no target" : "two targets"),
					"Say where the new service is by '%1$s.target.address', or name a channel that leads to it by '%1$s.target.channel'."
						.formatted(checked.prefix()));
		}
		boolean named = other != null && !other.isBlank();
		String target = named ? String.valueOf(other) : String.valueOf(address);
		if (target.equals(channel)) {
			throw checked.invalid(named ? "target.channel" : "target.address", target,
					"is the channel that is decorated", "Use the new service.");
		}
		return new GrpcMigratedChannel(name, channel, target, named, new GrpcCallSettings(checked).of(migration),
				beans);
	}

	ManagedChannel create(GrpcChannelFactory factory, ChannelBuilderOptions options) {
		RoutedMigration migration = this.beans.getBean(MigrationRegistrar.beanName("grpc", this.name),
				RoutedMigration.class);
		ManagedChannel source = factory.createChannel(this.channel, options);
		ManagedChannel target;
		try {
			target = factory.createChannel(this.target,
					this.settings.forwardCredentials() ? options : filtered(options));
		}
		catch (RuntimeException ex) {
			source.shutdownNow();
			throw new InvalidMigrationException(
					"The target of the migration 'migration.grpc.%s' cannot be had: %s.".formatted(this.name,
							ex.getMessage()),
					"Correct 'migration.grpc.%s.target', or the settings of that channel.".formatted(this.name), ex);
		}
		logger.info("Migration '%s' (grpc): decorates the channel '%s'".formatted(this.name, this.channel));
		return new MigratingChannel(migration, this.settings, source, target);
	}

	/**
	 * The last interceptor is the one next to the transport: none adds credentials after
	 * it.
	 */
	private static ChannelBuilderOptions filtered(ChannelBuilderOptions options) {
		List<ClientInterceptor> interceptors = new ArrayList<>(options.interceptors());
		interceptors.add(new CredentialsFilter());
		return options.withInterceptors(interceptors);
	}

	/**
	 * What was encrypted must not be sent in the clear because nobody has said anything
	 * about it.
	 */
	void checkEncryption() {
		ChannelCredentialsProvider provider = this.beans.getBeanProvider(ChannelCredentialsProvider.class)
			.getIfUnique();
		if (provider == null || this.named) {
			return;
		}
		ChannelCredentials ofSource = provider.getChannelCredentials(this.channel);
		if (!(ofSource instanceof InsecureChannelCredentials)
				&& provider.getChannelCredentials(this.target) instanceof InsecureChannelCredentials) {
			throw new InvalidMigrationException(
					"The migration 'migration.grpc.%s' would leave TLS: the channel '%s' is encrypted, and its target '%s' is not."
						.formatted(this.name, this.channel, this.target),
					"Configure a channel of its own for the target, by 'spring.grpc.client.channel.<name>', and name it by 'migration.grpc.%s.target.channel'."
						.formatted(this.name));
		}
	}

}
