package io.reliablemq.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The borders of the module and of its packages. */
@AnalyzeClasses(packages = "io.reliablemq.broker", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule SPRING_ONLY_IN_APP = noClasses()
            .that()
            .resideOutsideOfPackage("io.reliablemq.broker.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule NOBODY_DEPENDS_ON_APP = noClasses()
            .that()
            .resideOutsideOfPackage("io.reliablemq.broker.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.reliablemq.broker.app..");

    @ArchTest
    static final ArchRule NO_NETTY = noClasses().should().dependOnClassesThat().resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule NO_CLIENT =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.reliablemq.client..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.reliablemq.broker.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONE_PLACE_FORCES = noClasses()
            .that()
            .resideOutsideOfPackage("io.reliablemq.broker.store.file..")
            .should()
            .callMethod(java.nio.channels.FileChannel.class, "force", boolean.class);

    @ArchTest
    static final ArchRule NAME_SERVER_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("io.reliablemq.broker.nameserver..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.reliablemq.broker.store..",
                    "io.reliablemq.broker.topic..",
                    "io.reliablemq.broker.group..",
                    "io.reliablemq.broker.request..",
                    "io.reliablemq.broker.delivery..");
}
