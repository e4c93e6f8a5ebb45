package io.reliablemq.sample.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.demo.DemoRun;
import io.reliablemq.sample.demo.DemoRuns;
import io.reliablemq.sample.order.OrderState;
import io.reliablemq.sample.order.Orders;
import io.reliablemq.sample.tally.Tallies;
import io.reliablemq.sample.tally.Tally;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

@DatabaseTest
@Import({BoardQuery.class, Tallies.class, DemoRuns.class, Orders.class})
class BoardQueryTest {

    @Autowired
    private BoardQuery query;

    @Autowired
    private Orders orders;

    @Autowired
    private DemoRuns runs;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void isEmptyAtFirst() {
        Board board = query.board();

        assertThat(board.totals()).isEqualTo(new Tally(0, 0, 0, 0, 0, 0));
        assertThat(board.orders()).isEmpty();
        assertThat(board.run()).isNull();
        assertThat(board.summary()).isNull();
    }

    @Test
    void showsEachOrderWithItsAttemptsAndItsLastRefusal() {
        orders.place("o-1", "Tea kettle", 3_950);
        orders.acknowledged("o-1");
        jdbc.sql("""
                INSERT INTO charge_attempt VALUES
                ('o-1', 0, CURRENT_TIMESTAMP, 'first'), ('o-1', 1, CURRENT_TIMESTAMP, 'second'),
                ('o-1', 2, CURRENT_TIMESTAMP, NULL)""").update();
        jdbc.sql(
                        "INSERT INTO parcel_step VALUES ('o-1', 1, 'packed', CURRENT_TIMESTAMP), ('o-1', 2, 'on its way', CURRENT_TIMESTAMP)")
                .update();
        jdbc.sql("INSERT INTO review_request VALUES ('o-1', CURRENT_TIMESTAMP)").update();
        orders.place("o-2", "Chess set", 1_200);

        assertThat(query.board().orders())
                .extracting(Board.Line::id, Board.Line::parcel, Board.Line::reviewAsked)
                .containsExactly(tuple("o-2", null, false), tuple("o-1", "on its way", true));
        assertThat(query.board().orders())
                .extracting(Board.Line::id, Board.Line::acknowledged, Board.Line::attempts, Board.Line::refusal)
                .containsExactly(tuple("o-2", false, 0, null), tuple("o-1", true, 3, "second"));
        assertThat(query.board().orders()).extracting(Board.Line::state).containsOnly(OrderState.PLACED);
    }

    @Test
    void showsTheSummaryOnceTheRunHasEnded() {
        DemoRun run = runs.unfinishedOrNew(200);
        assertThat(query.board().summary()).isNull();

        runs.end(run, new Tally(200, 200, 197, 61, 3, 0));

        assertThat(query.board().run()).isEqualTo(run);
        assertThat(query.board().summary()).isEqualTo("sent 200, consumed 197, retried 61, dead 3, lost 0");
    }
}
