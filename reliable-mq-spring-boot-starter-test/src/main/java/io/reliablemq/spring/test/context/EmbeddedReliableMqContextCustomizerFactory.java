package io.reliablemq.spring.test.context;

import io.reliablemq.spring.test.EmbeddedReliableMq;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestContextAnnotationUtils.AnnotationDescriptor;

/** Looks for {@link EmbeddedReliableMq} on a test class, those around and above it, and on annotations. */
final class EmbeddedReliableMqContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        AnnotationDescriptor<EmbeddedReliableMq> found =
                TestContextAnnotationUtils.findAnnotationDescriptor(testClass, EmbeddedReliableMq.class);
        if (found == null) {
            return null;
        }
        EmbeddedReliableMq annotation = found.getAnnotation();
        // Nested classes share the broker of the class that declares it.
        Class<?> owner = annotation.scope() == EmbeddedReliableMq.Scope.TEST_CLASS ? outermost(testClass) : null;
        return new EmbeddedReliableMqContextCustomizer(List.of(annotation.properties()), owner);
    }

    private static Class<?> outermost(Class<?> testClass) {
        Class<?> enclosing = testClass.getEnclosingClass();
        return enclosing != null && TestContextAnnotationUtils.searchEnclosingClass(testClass)
                ? outermost(enclosing)
                : testClass;
    }
}
