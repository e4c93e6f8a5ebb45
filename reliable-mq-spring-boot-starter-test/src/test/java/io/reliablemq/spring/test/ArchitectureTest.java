package io.reliablemq.spring.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.reliablemq.spring.test", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule WHAT_TESTS_USE_KNOWS_NOTHING_OF_CONTEXTS = noClasses()
            .that()
            .resideInAPackage("io.reliablemq.spring.test")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.reliablemq.spring.test.context", "org.springframework.test..");

    @ArchTest
    static final ArchRule JUNIT_IS_THE_USERS_CHOICE =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.junit..");

    @ArchTest
    static final ArchRule NOTHING_SLEEPS = noClasses().should().callMethod(Thread.class, "sleep", long.class);
}
