package io.reliablemq.sample.deadletter;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Sends dead letters again, over HTTP. */
@RestController
@RequestMapping("/dead-letters")
class RedriveController {

    private final Redrives redrives;

    RedriveController(Redrives redrives) {
        this.redrives = redrives;
    }

    /** How many orders are on their way again. */
    record Redriven(int orders) {}

    @PostMapping("/redrive")
    Redriven all() {
        return answer(redrives.redriveAll());
    }

    /** Answers 404 if the order is not given up. */
    @PostMapping("/{orderId}/redrive")
    Redriven one(@PathVariable String orderId) {
        Redriven answer = answer(redrives.redrive(orderId));
        if (answer.orders() == 0) {
            throw problem(HttpStatus.NOT_FOUND, "There is no dead letter of order '" + orderId + "' to be sent again");
        }
        return answer;
    }

    private static Redriven answer(Redrives.Outcome outcome) {
        if (outcome.problem() != null) {
            throw problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    outcome.redriven() + " orders are on their way again; the next one is sent again without further"
                            + " action, once the broker takes it: " + outcome.problem());
        }
        return new Redriven(outcome.redriven());
    }

    private static ErrorResponseException problem(HttpStatus status, String detail) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), null);
    }
}
