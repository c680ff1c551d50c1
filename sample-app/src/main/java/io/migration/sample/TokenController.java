package io.migration.sample;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tokens over HTTP. Each user gets a limited number of them in each window.
 */
@RestController
@RequestMapping("/tokens")
final class TokenController {

	private final TokenService tokens;

	private final RateLimiter limiter;

	TokenController(TokenService tokens, RateLimiter limiter) {
		this.tokens = tokens;
		this.limiter = limiter;
	}

	@PostMapping
	ResponseEntity<String> issue(@RequestParam String user) {
		if (!this.limiter.tryAcquire(user)) {
			return ResponseEntity.status(HttpStatus.TOO_MANY_REQUESTS).build();
		}
		return ResponseEntity.status(HttpStatus.CREATED).body(this.tokens.issue(user));
	}

	@GetMapping("/{token}")
	ResponseEntity<String> check(@PathVariable String token) {
		return ResponseEntity.of(this.tokens.check(token));
	}

	@DeleteMapping("/{token}")
	ResponseEntity<Void> revoke(@PathVariable String token) {
		boolean revoked = this.tokens.revoke(token);
		return ResponseEntity.status(revoked ? HttpStatus.NO_CONTENT : HttpStatus.NOT_FOUND).build();
	}

}
