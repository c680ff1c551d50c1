package io.migration.sample;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows how the traffic fares.
 */
@RestController
final class TrafficController {

	private final Traffic traffic;

	TrafficController(Traffic traffic) {
		this.traffic = traffic;
	}

	@GetMapping("/traffic")
	Findings.Counters traffic() {
		return this.traffic.counters();
	}

}
