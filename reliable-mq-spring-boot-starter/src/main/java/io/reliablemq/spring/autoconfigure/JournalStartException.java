package io.reliablemq.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;

/** The folder of the journal for messages that no broker took cannot be used. */
final class JournalStartException extends RuntimeException {

    JournalStartException(Path folder, IOException cause) {
        super("The journal in " + folder.toAbsolutePath() + " cannot be opened: " + cause.getMessage(), cause);
    }
}
