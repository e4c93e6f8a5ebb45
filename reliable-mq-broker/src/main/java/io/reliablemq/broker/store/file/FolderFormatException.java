package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;

/** A data folder whose format is not known. Nothing in it was touched. */
public final class FolderFormatException extends IOException {

    FolderFormatException(Path file, String found, String expected) {
        super("The file " + file + " says that its folder has format " + found + "; this broker understands " + expected
                + ". Use a broker of the version that wrote it, or choose another data folder");
    }
}
