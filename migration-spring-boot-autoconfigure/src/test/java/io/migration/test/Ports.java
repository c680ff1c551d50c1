package io.migration.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports. They, and the cluster bus ports of Redis 10,000 above them, lie below
 * the range from which systems take the local ports of outgoing connections: a server
 * that is down for a while finds its port still free when it returns.
 */
final class Ports {

	private static final int FIRST = 11_000;

	private static final int LAST = 21_000;

	private static final int BUS_OFFSET = 10_000;

	private Ports() {
	}

	static int free() {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
			if (isFree(port) && isFree(port + BUS_OFFSET)) {
				return port;
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
