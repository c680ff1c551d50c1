package io.migration.client;

import java.util.function.Supplier;

import io.migration.MigrationTemplate;
import io.migration.mirror.RoutedMigration;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;

/**
 * A migration of any other client: where templates and proxies come from. Thread safe.
 */
public final class ClientMigration {

	private final Routes routes;

	/**
	 * Create a migration.
	 * @param migration decides where calls go, and compares
	 * @param settings how it writes
	 */
	public ClientMigration(RoutedMigration migration, ClientSettings settings) {
		this.routes = new Routes(migration, settings);
	}

	/**
	 * Return a template that compares by {@code equals}.
	 * @return the template
	 */
	public MigrationTemplate template() {
		return new ClientTemplate(this.routes, Answers::equal);
	}

	/**
	 * Return what keeps an interface from being routed.
	 * @param contract the interface, and how its methods are routed
	 * @param source the source bean
	 * @return the method and what is wrong with it, {@code null} if nothing is
	 */
	public static @Nullable String problem(ClientContract contract, Object source) {
		return methods(contract, source).problem();
	}

	private static ClientMethods methods(ClientContract contract, Object source) {
		return new ClientMethods(contract, AopUtils.getTargetClass(source));
	}

	/**
	 * Return a proxy of the source bean that calls either side.
	 * @param contract the interface both beans have, and how its methods are routed
	 * @param source the source bean
	 * @param target returns the target bean; not asked before it is needed
	 * @return the proxy, which has all interfaces of the source bean
	 */
	public Object decorate(ClientContract contract, Object source, Supplier<Object> target) {
		return MigratingClient.create(this.routes, contract, methods(contract, source), source, target);
	}

	Routes routes() {
		return this.routes;
	}

}
