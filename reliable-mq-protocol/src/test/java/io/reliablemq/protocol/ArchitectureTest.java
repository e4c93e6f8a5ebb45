package io.reliablemq.protocol;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callConstructorWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The borders between the packages of this module. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.reliablemq.protocol");

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("io.reliablemq.protocol.(*)..").should().beFreeOfCycles());
    }

    @Test
    void nettyIsKnownToCodecAndTransportOnly() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("..protocol.codec..", "..protocol.transport..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
    }

    @Test
    void nettyIsNotPartOfTheApiOfTransport() {
        check(classes()
                .that()
                .resideInAPackage("..protocol.transport..")
                .and()
                .arePublic()
                .should(new NoNettyInPublicMembers()));
    }

    @Test
    void onlyTransportKnowsTheCodec() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("..protocol.codec..", "..protocol.transport..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..protocol.codec.."));
    }

    @Test
    void threadsAreMadeInRuntimeAndTransportOnly() {
        DescribedPredicate<JavaConstructorCall> ofThreadOrExecutor = DescribedPredicate.describe(
                "of a thread or an executor",
                call -> assignableTo(Thread.class)
                        .or(assignableTo(Executor.class))
                        .test(call.getTargetOwner()));
        check(noClasses()
                .that()
                .resideOutsideOfPackages("..protocol.runtime..", "..protocol.transport..")
                .should(callConstructorWhere(ofThreadOrExecutor)));
    }

    @Test
    void valuesDependOnNothingAboveThem() {
        check(noClasses()
                .that(resideInAnyPackage("..protocol.command..", "..protocol.message..", "..protocol.route.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "..protocol.transport..", "..protocol.codec..", "..protocol.header..", "..protocol.body..")));
    }

    @Test
    void nobodyPrintsOrSleeps() {
        check(noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "Thread.sleep", call -> call.getTarget().getFullName().startsWith("java.lang.Thread.sleep"))));
        check(noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err"));
    }

    @Test
    void springIsUnknown() {
        check(noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.."));
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() {
        Set<JavaPackage> packages = CLASSES.getPackage("io.reliablemq.protocol").getSubpackagesInTree();
        assertThat(packages).hasSizeGreaterThanOrEqualTo(8);
        for (JavaPackage one : packages) {
            assertThat(one.tryGetPackageInfo())
                    .as("package-info of %s", one.getName())
                    .isPresent();
            assertThat(one.isAnnotatedWith(NullMarked.class))
                    .as("%s is null-marked", one.getName())
                    .isTrue();
        }
    }

    private static final class NoNettyInPublicMembers extends com.tngtech.archunit.lang.ArchCondition<JavaClass> {

        NoNettyInPublicMembers() {
            super("show no Netty type in public members");
        }

        @Override
        public void check(JavaClass type, com.tngtech.archunit.lang.ConditionEvents events) {
            type.getMembers().stream()
                    .filter(member ->
                            member.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC))
                    .filter(member -> member.getAllInvolvedRawTypes().stream()
                            .anyMatch(involved -> involved.getPackageName().startsWith("io.netty")))
                    .forEach(member -> events.add(com.tngtech.archunit.lang.SimpleConditionEvent.violated(
                            member, member.getFullName() + " shows a Netty type")));
        }
    }
}
