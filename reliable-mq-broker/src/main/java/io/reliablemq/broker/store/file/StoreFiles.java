package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files and folders. A change of a folder (a file made, renamed or deleted) survives a crash only after
 * {@link #forceFolder}. Safe for use by any thread.
 */
public interface StoreFiles {

    /**
     * Makes a new file, to be read and written.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one
     * @throws DiskFullException if there is no room for it
     */
    StoreFile create(Path file) throws IOException;

    /** Opens a file that exists, to be read and written. */
    StoreFile open(Path file) throws IOException;

    /** Opens a file that exists, to be read; reading goes on after an interrupt of a reading thread. */
    StoreFile openToRead(Path file) throws IOException;

    boolean exists(Path file);

    /** The files (not folders) in a folder, sorted by name. */
    List<Path> list(Path folder) throws IOException;

    /** Makes a folder and the missing ones above it, and forces them. */
    void createFolder(Path folder) throws IOException;

    /** Gives a file another name in the same folder, in one step; a file of that name is replaced. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file; nothing happens if there is none. */
    void delete(Path file) throws IOException;

    /**
     * Makes the changes of a folder survive a crash.
     *
     * @throws DiskFullException if there is no room for that: nothing was lost, and whoever made a change takes it back or
     *     makes it again
     * @throws FolderFlushException if it fails for another reason
     */
    void forceFolder(Path folder) throws IOException;

    /** Room on the file system that holds the folder. */
    Space space(Path folder) throws IOException;

    /**
     * @param total bytes that the file system has
     * @param usable bytes that this process may still write
     */
    record Space(long total, long usable) {}

    /**
     * Locks a file, which is made if it is missing, against other processes and other callers in this one.
     *
     * @throws FolderInUseException if somebody else holds the lock
     */
    FolderLock lock(Path file) throws IOException;

    /** A lock that is held until it is closed. */
    interface FolderLock extends AutoCloseable {

        @Override
        void close() throws IOException;
    }
}
