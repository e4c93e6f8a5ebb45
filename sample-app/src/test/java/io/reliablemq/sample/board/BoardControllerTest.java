package io.reliablemq.sample.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.times;

import io.reliablemq.sample.demo.DemoRun;
import io.reliablemq.sample.order.OrderChanges;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.tally.Tally;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@WebMvcTest(BoardController.class)
class BoardControllerTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Autowired
    private MockMvcTester http;

    @MockitoBean
    private BoardQuery query;

    @MockitoBean
    private OrderChanges changes;

    @MockitoBean
    private Clock clock;

    @BeforeEach
    void fill() {
        given(clock.millis()).willReturn(NOW.toEpochMilli());
        given(changes.version()).willReturn(1L);
        Board.Line line = new Board.Line(
                "o-1", "Tea kettle", 3_950, OrderState.PAID, true, NOW, NOW, 2, "the bank", "packed", false);
        given(query.board())
                .willReturn(
                        new Board(new Tally(1, 1, 0, 1, 0, 0), 1, 0.35, 4, new DemoRun(1, 200), null, List.of(line)));
    }

    @Test
    void showsTotalsAndOrders() {
        MvcTestResult answer = http.get().uri("/board").exchange();

        assertThat(answer).hasStatusOk();
        assertThat(answer).bodyJson().extractingPath("$.totals.retried").isEqualTo(1);
        assertThat(answer).bodyJson().extractingPath("$.totals.lost").isEqualTo(0);
        assertThat(answer).bodyJson().extractingPath("$.underWay").isEqualTo(1);
        assertThat(answer).bodyJson().extractingPath("$.orders[0].state").isEqualTo("PAID");
        assertThat(answer).bodyJson().extractingPath("$.orders[0].changedAt").isEqualTo("2026-01-01T00:00:00Z");
        assertThat(answer).bodyJson().extractingPath("$.run.orders").isEqualTo(200);
    }

    @Test
    void answersNotModifiedWithoutAQueryWhileNothingHasChanged() {
        String version = version();

        assertThat(ask(version)).hasStatus(HttpStatus.NOT_MODIFIED);
        then(query).should(times(1)).board();
    }

    @Test
    void answersAnewAfterAChange() {
        String version = version();
        given(changes.version()).willReturn(2L);

        assertThat(ask(version)).hasStatusOk();
    }

    @Test
    void answersAnewAfterAWhileSinceOrdersBecomeLostBySilence() {
        String version = version();
        given(clock.millis()).willReturn(NOW.plusSeconds(5).toEpochMilli());

        assertThat(ask(version)).hasStatusOk();
    }

    private String version() {
        String version = http.get().uri("/board").exchange().getResponse().getHeader(HttpHeaders.ETAG);
        assertThat(version).isNotBlank();
        return version;
    }

    private MvcTestResult ask(String version) {
        return http.get()
                .uri("/board")
                .header(HttpHeaders.IF_NONE_MATCH, version)
                .exchange();
    }
}
