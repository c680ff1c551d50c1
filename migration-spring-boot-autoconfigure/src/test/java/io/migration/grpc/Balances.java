package io.migration.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/**
 * The methods of a service, one of each kind.
 */
public final class Balances {

	/** Changes nothing, and says so. */
	public static final MethodDescriptor<String, String> GET = method("Get", MethodType.UNARY, true);

	/** Changes nothing, and does not say so. */
	public static final MethodDescriptor<String, String> FIND = method("Find", MethodType.UNARY, false);

	/** Changes something. */
	public static final MethodDescriptor<String, String> PUT = method("Put", MethodType.UNARY, false);

	/** Changes something. */
	public static final MethodDescriptor<String, String> DELETE = method("Delete", MethodType.UNARY, false);

	/** Takes many. */
	public static final MethodDescriptor<String, String> IMPORT = method("Import", MethodType.CLIENT_STREAMING, false);

	/** Answers many, and changes nothing. */
	public static final MethodDescriptor<String, String> EXPORT = method("Export", MethodType.SERVER_STREAMING, true);

	/** Takes and answers many. */
	public static final MethodDescriptor<String, String> CHAT = method("Chat", MethodType.BIDI_STREAMING, false);

	private Balances() {
	}

	private static MethodDescriptor<String, String> method(String name, MethodType type, boolean safe) {
		return MethodDescriptor.<String, String>newBuilder()
			.setFullMethodName("shop.Balances/" + name)
			.setType(type)
			.setSafe(safe)
			.setRequestMarshaller(new Text())
			.setResponseMarshaller(new Text())
			.build();
	}

	private static final class Text implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try (stream) {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
