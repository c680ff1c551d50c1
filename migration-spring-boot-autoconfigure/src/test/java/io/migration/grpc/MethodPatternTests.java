package io.migration.grpc;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MethodPatternTests {

	@ParameterizedTest
	@CsvSource({ "shop.Balances/Get, shop.Balances/Get, true", "shop.Balances/Get, shop.Balances/GetAll, false",
			"shop.Balances/Get*, shop.Balances/GetAll, true", "shop.Balances/Get*, shop.Balances/Get, true",
			"shop.Balances/Get*, shop.Balances/Put, false", "shop.Balances/*, shop.Balances/Put, true",
			"shop.Balances/*, shop.BalancesV2/Put, false", "shop.Balances/*, other.shop.Balances/Put, false",
			"Balances/Get, Balances/Get, true" })
	void methodsAreMatchedByTheirFullNames(String pattern, String method, boolean matches) {
		assertThat(new MethodPattern(pattern).matches(method)).isEqualTo(matches);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "*", "Get", "shop.Balances", "shop.Balances/", "/Get", "shop.*/Get",
			"shop.Balances/*et", "shop.Balances/Ge*t", "shop.Balances/Get/All", "shop.Balances/Get **" })
	void whatIsNoPatternIsRefused(String pattern) {
		assertThatIllegalArgumentException().isThrownBy(() -> new MethodPattern(pattern))
			.withMessageContaining(pattern);
	}

}
