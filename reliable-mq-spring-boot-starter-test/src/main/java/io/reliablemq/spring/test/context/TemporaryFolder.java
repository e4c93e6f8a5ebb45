package io.reliablemq.spring.test.context;

import java.io.IOException;
import java.nio.file.Path;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.util.FileSystemUtils;

/** A folder that goes with the context. */
record TemporaryFolder(Path path) implements DisposableBean {

    @Override
    public void destroy() throws IOException {
        FileSystemUtils.deleteRecursively(path);
    }
}
