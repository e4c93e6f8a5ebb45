package io.reliablemq.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.util.concurrent.ThreadPoolExecutor;

@AnalyzeClasses(packages = "io.reliablemq.client", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule apiShowsMessagesAndNothingElseOfTheProtocol = noClasses()
            .that()
            .resideInAPackage("..client.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty..",
                    "tools.jackson..",
                    "com.fasterxml..",
                    "io.reliablemq.protocol.command..",
                    "io.reliablemq.protocol.header..",
                    "io.reliablemq.protocol.body..",
                    "io.reliablemq.protocol.transport..",
                    "..client.agent..",
                    "..client.route..",
                    "..client.producer..",
                    "..client.consumer..");

    @ArchTest
    static final ArchRule nothingHereKnowsTheNetworkLibraryOrJson = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "tools.jackson..", "com.fasterxml..", "org.springframework..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.reliablemq.client.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule producersAndConsumersDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("..client.producer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..client.consumer..");

    @ArchTest
    static final ArchRule partsDoNotKnowTheRoot = noClasses()
            .that()
            .resideInAnyPackage("io.reliablemq.client.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.reliablemq.client");

    @ArchTest
    static final ArchRule threadsAreMadeByTheRuntimeAlone = noClasses()
            .should()
            .callConstructor(Thread.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class, String.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.Executors")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Timer");

    @ArchTest
    static final ArchRule applicationCodeRunsOnTwoKindsOfPoolAlone = noClasses()
            .that()
            .doNotHaveSimpleName("Callbacks")
            .and()
            .doNotHaveSimpleName("Workers")
            .and()
            .doNotHaveSimpleName("GrowingThreads")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ThreadPoolExecutor.class);

    @ArchTest
    static final ArchRule poolsHaveNamedThreads = classes()
            .that()
            .haveSimpleName("GrowingThreads")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(NamedThreads.class);

    @ArchTest
    static final ArchRule timeComesFromTheClock = noClasses()
            .that()
            .doNotHaveSimpleName("ClientId")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);
}
