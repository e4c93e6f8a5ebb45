package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.spring.annotation.MessageListener;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;

class ReliableMqRuntimeHintsTest {

    private static RuntimeHints hints() {
        RuntimeHints hints = new RuntimeHints();
        AotServices.factories().load(RuntimeHintsRegistrar.class).stream()
                .filter(registrar -> registrar.getClass().getName().startsWith("io.reliablemq"))
                .forEach(
                        registrar -> registrar.registerHints(hints, ReliableMqRuntimeHintsTest.class.getClassLoader()));
        return hints;
    }

    /** Whoever reads JSON names the type that it is to become; every such type needs its hints. */
    @Test
    void coversEveryTypeThatIsReadFromJson() {
        JavaClasses classes = ArchConfiguration.withThreadLocalScope(configuration -> {
            configuration.setResolveMissingDependenciesFromClassPath(false);
            return new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.reliablemq.protocol", "io.reliablemq.client", "io.reliablemq.broker");
        });
        TreeSet<String> read = new TreeSet<>();
        for (JavaClass caller : classes) {
            boolean reads = caller.getMethodCallsFromSelf().stream()
                    .anyMatch(call -> call.getTargetOwner().isEquivalentTo(JsonBodies.class)
                            && call.getName().equals("read"));
            if (reads) {
                caller.getReferencedClassObjects().stream()
                        .map(ReferencedClassObject::getRawType)
                        .filter(JavaClass::isRecord)
                        .map(JavaClass::getName)
                        .filter(name -> name.startsWith("io.reliablemq"))
                        .forEach(read::add);
            }
        }
        RuntimeHints hints = hints();

        assertThat(read).hasSizeGreaterThan(15);
        assertThat(read)
                .allSatisfy(name -> assertThat(RuntimeHintsPredicates.reflection()
                                .onType(Class.forName(name))
                                .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                        .as(name)
                        .accepts(hints));
    }

    @Test
    void namesOnlyTypesThatThereAre() {
        assertThat(ReliableMqRuntimeHints.JSON_TYPES)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Class.forName(name)).isNotNull());
    }

    @Test
    void coversTheLibrariesOfCompression() {
        RuntimeHints hints = hints();

        assertThat(RuntimeHintsPredicates.resource().forResource("linux/amd64/libzstd-jni-1.5.7-9.so"))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.resource().forResource("net/jpountz/util/linux/amd64/liblz4-java.so"))
                .accepts(hints);
    }

    @Test
    void coversTheScriptsForTables() throws Exception {
        RuntimeHints hints = hints();

        for (String feature : List.of("outbox", "idempotent")) {
            Resource[] scripts = new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:io/reliablemq/spring/" + feature + "/*.sql");
            assertThat(scripts)
                    .hasSizeGreaterThan(2)
                    .allSatisfy(script -> assertThat(RuntimeHintsPredicates.resource()
                                    .forResource("io/reliablemq/spring/" + feature + "/" + script.getFilename()))
                            .accepts(hints));
        }
    }

    /** A record with everything that an expression may name by itself; the payload is covered by the listener. */
    @Test
    void coversWhatTheExpressionForAKeyMayAskFor() throws Exception {
        Class<?> root = Class.forName("io.reliablemq.spring.listener.adapter.MessageKeys$Root");
        RuntimeHints hints = hints();

        assertThat(Stream.of(root.getRecordComponents()))
                .hasSize(3)
                .allSatisfy(
                        part -> assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(part.getAccessor()))
                                .accepts(hints));
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(ReceivedMessage.class.getMethod("messageId")))
                .accepts(hints);
    }

    record Order(String id, List<Line> lines) {}

    record Line(String item) {}

    static class Billing {
        @MessageListener(topic = "orders", group = "billing")
        void charge(@Payload Order order, @Header("source") String source) {}
    }

    @Test
    void coversListenersAndTheirPayloads() throws Exception {
        RuntimeHints hints = new RuntimeHints();
        new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, Billing.class);

        assertThat(RuntimeHintsPredicates.reflection()
                        .onMethodInvocation(Billing.class.getDeclaredMethod("charge", Order.class, String.class)))
                .accepts(hints);
        assertThat(Stream.of(Order.class, Line.class))
                .allSatisfy(type -> assertThat(RuntimeHintsPredicates.reflection()
                                .onType(type)
                                .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                        .accepts(hints));
    }
}
