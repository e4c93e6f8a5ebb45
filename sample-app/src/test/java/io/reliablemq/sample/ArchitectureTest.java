package io.reliablemq.sample;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.reliablemq.sample", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule useCasesFormNoCycles =
            slices().matching("io.reliablemq.sample.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theServiceDoesNotKnowItsDemonstration = noClasses()
            .that()
            .resideInAnyPackage("..order..", "..payment..", "..shipping..", "..deadletter..", "..tally..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..demo..", "..board..");

    /** An application has no business with the broker's and the wire's inner parts. */
    @ArchTest
    static final ArchRule onlyThePublishedInterfacesAreUsed = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.reliablemq.broker..", "io.reliablemq.protocol..");
}
