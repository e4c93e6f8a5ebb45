package io.reliablemq.sample.tracking;

import io.reliablemq.sample.shipping.ParcelStep;
import io.reliablemq.sample.shipping.ReviewDue;
import io.reliablemq.spring.annotation.MessageListener;
import org.springframework.stereotype.Component;

/** Follows parcels to their end. */
@Component
class TrackingListener {

    private final Parcels parcels;

    TrackingListener(Parcels parcels) {
        this.parcels = parcels;
    }

    /** One step after the other: one that comes before its predecessor goes back to the broker. */
    @MessageListener(topic = ParcelStep.TOPIC, group = "tracking")
    void onStep(ParcelStep step) {
        int last = parcels.lastStep(step.orderId());
        if (step.number() > last + 1) {
            throw new IllegalStateException("The parcel of order " + step.orderId() + " is '" + step.name()
                    + "' but its step before that has not come yet");
        }
        if (step.number() == last + 1) {
            parcels.reached(step.orderId(), step.number(), step.name());
        }
    }

    @MessageListener(topic = ReviewDue.TOPIC, group = "reviews")
    void onReviewDue(ReviewDue due) {
        parcels.askForReview(due.orderId());
    }
}
