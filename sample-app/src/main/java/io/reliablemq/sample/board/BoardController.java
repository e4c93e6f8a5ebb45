package io.reliablemq.sample.board;

import io.reliablemq.sample.order.OrderChanges;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** The board over HTTP. The page asks often; while nothing changes the answer is 304 without a query. */
@RestController
class BoardController {

    /** An order becomes lost by the passing of time, which is no change: so no answer is good for longer than that. */
    private static final long MAX_AGE_MS = 5_000;

    private final BoardQuery query;
    private final OrderChanges changes;
    private final Clock clock;
    private final long startedAt;

    BoardController(BoardQuery query, OrderChanges changes, Clock clock) {
        this.query = query;
        this.changes = changes;
        this.clock = clock;
        this.startedAt = clock.millis();
    }

    @GetMapping("/board")
    @Nullable
    ResponseEntity<Board> board(WebRequest request) {
        // Read before the query, so that a change in between is asked for again.
        String version = startedAt + "-" + changes.version() + "-" + clock.millis() / MAX_AGE_MS;
        if (request.checkNotModified(version)) {
            return null;
        }
        return ResponseEntity.ok().eTag(version).body(query.board());
    }
}
