package io.reliablemq.spring.test.context;

import io.reliablemq.spring.test.BrokerFaults;
import io.reliablemq.spring.test.EmbeddedReliableMq;
import io.reliablemq.spring.test.ReliableMqTestTemplate;
import io.reliablemq.spring.test.VirtualClock;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/** Begins every test with nothing to see, takes back faults after it, and closes a context that belongs to one class. */
final class EmbeddedReliableMqTestExecutionListener implements TestExecutionListener, Ordered {

    /** After the listener that injects, and before that of transactions. */
    private static final int ORDER = 2_500;

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public void beforeTestMethod(TestContext test) {
        if (annotation(test) != null) {
            test.getApplicationContext().getBean(ReliableMqTestTemplate.class).begin();
        }
    }

    @Override
    public void afterTestMethod(TestContext test) {
        if (annotation(test) != null) {
            test.getApplicationContext().getBean(BrokerFaults.class).reset();
            test.getApplicationContext().getBean(VirtualClock.class).resume();
        }
    }

    @Override
    public void afterTestClass(TestContext test) {
        EmbeddedReliableMq annotation = annotation(test);
        if (annotation != null
                && annotation.scope() == EmbeddedReliableMq.Scope.TEST_CLASS
                && !TestContextAnnotationUtils.searchEnclosingClass(test.getTestClass())
                && test.hasApplicationContext()) {
            test.markApplicationContextDirty(HierarchyMode.CURRENT_LEVEL);
        }
    }

    private static @Nullable EmbeddedReliableMq annotation(TestContext test) {
        return TestContextAnnotationUtils.findMergedAnnotation(test.getTestClass(), EmbeddedReliableMq.class);
    }
}
