package io.reliablemq.broker.role;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what became of a broker's role: {@code state/role.json}.
 *
 * <p>The settings say what the broker was meant to be when somebody wrote them; the file says what it has become since, by
 * a switch or a promotion. So the file counts for as long as the settings are those under which it was written. Once they
 * are changed, somebody has decided anew, and the file is void.
 *
 * <p>It also says under which offer of a master this broker took over last, whatever has become of it since: a master that
 * never heard of it may ask much later. And a broker that handed over and had no answer finds there whom it has to ask.
 *
 * <p>Thread-safe; to be read before it is written.
 */
public final class RoleFile {

    private static final Logger LOG = LoggerFactory.getLogger(RoleFile.class);

    private final AtomicFile file;
    private final Configured configured;
    private final @Nullable String configuredMaster;

    /** The token of the last offer that was accepted; null if there was none. */
    private volatile @Nullable String accepted;

    /** A hand-over of which nobody knows whether it happened; null if there is none. */
    private volatile @Nullable HandoverAttempt unresolved;

    /** The file may say that an offer was accepted, and this broker is a slave. */
    private boolean inDoubt;

    /** The settings {@code broker-role} and {@code broker-id}. */
    public record Configured(
            @JsonProperty("role") BrokerRole role,
            @JsonProperty("id") long id) {}

    private record Content(
            @JsonProperty("configured") Configured configured,
            @JsonProperty("role") BrokerRole role,
            @JsonProperty("id") long id,
            @JsonProperty("masterRole") BrokerRole masterRole,
            @JsonProperty("master") @Nullable String master,
            @JsonProperty("vacatedId") long vacatedId,
            @JsonProperty("accepted") @Nullable String accepted,
            @JsonProperty("unresolved") @Nullable Unresolved unresolved) {}

    private record Unresolved(
            @JsonProperty("token") String token,
            @JsonProperty("successor") String successor,
            @JsonProperty("successorId") long successorId,
            @JsonProperty("masterRole") BrokerRole masterRole,
            @JsonProperty("vacatedId") long vacatedId,
            @JsonProperty("epoch") int epoch) {

        static @Nullable Unresolved of(@Nullable HandoverAttempt attempt) {
            return attempt == null
                    ? null
                    : new Unresolved(
                            attempt.token(),
                            attempt.successor(),
                            attempt.successorId(),
                            attempt.master().role(),
                            attempt.master().vacatedId(),
                            attempt.epoch());
        }

        HandoverAttempt attempt() {
            ActingRole master = new ActingRole(masterRole, 0, masterRole, null, vacatedId);
            return new HandoverAttempt(master, successor, successorId, token, epoch);
        }
    }

    /** @param configuredMaster the setting {@code master-address}; null if there is none */
    public RoleFile(AtomicFile file, Configured configured, @Nullable String configuredMaster) {
        this.file = file;
        this.configured = configured;
        this.configuredMaster = configuredMaster;
    }

    /**
     * What the broker is to be.
     *
     * @throws IOException if the file cannot be read, or is damaged
     */
    public synchronized ActingRole read() throws IOException {
        Content content = content();
        if (content == null) {
            return bySettings();
        }
        accepted = content.accepted();
        ActingRole stored = new ActingRole(
                content.role(),
                content.id(),
                content.masterRole(),
                content.master() == null ? configuredMaster : content.master(),
                content.vacatedId());
        if (content.configured().equals(configured)) {
            Unresolved open = content.unresolved();
            unresolved = open == null ? null : open.attempt();
            if (stored.role() != configured.role()) {
                LOG.info(
                        "This broker is {} since its role was handed over, and was {} before. To decide otherwise, change"
                                + " its settings broker-role and broker-id",
                        stored,
                        configured.role());
            }
            return stored;
        }
        LOG.info(
                "The settings broker-role={} and broker-id={} are new and count from now on; the role was {} until now",
                configured.role(),
                configured.id(),
                stored);
        return bySettings();
    }

    private @Nullable Content content() throws IOException {
        byte[] stored = file.read();
        if (stored == null) {
            return null;
        }
        try {
            return JsonBodies.read(Body.of(stored), Content.class);
        } catch (MalformedBodyException e) {
            throw new IOException(
                    "the file " + file.path()
                            + " is damaged; delete it to go by the settings broker-role and broker-id",
                    e);
        }
    }

    private ActingRole bySettings() {
        // A slave that never met its master takes over, if it has to, as the kind that promises nothing it cannot keep.
        BrokerRole masterRole = configured.role().isMaster() ? configured.role() : BrokerRole.SYNC_MASTER;
        return new ActingRole(configured.role(), configured.id(), masterRole, configuredMaster, 0);
    }

    /** Keeps the role; returns once that survives a crash. Whoever is a master has nothing left to ask about a hand-over. */
    public synchronized void write(ActingRole role) throws IOException {
        write(role, accepted, role.isMaster() ? null : unresolved);
    }

    /** Keeps that this broker is the slave of the one to which it may have handed over. That is known here even if it fails. */
    public synchronized void writeUnresolved(HandoverAttempt attempt) throws IOException {
        unresolved = attempt;
        write(attempt.asSlave(), accepted, attempt);
    }

    /** Keeps the role, and that it is known what became of the hand-over. */
    public synchronized void writeResolved(ActingRole role) throws IOException {
        // Also if that cannot be written: after a restart it is asked again, and hears the same.
        unresolved = null;
        write(role, accepted, null);
    }

    /** The hand-over of which nobody knows whether it happened; null if there is none. */
    public @Nullable HandoverAttempt unresolved() {
        return unresolved;
    }

    /**
     * Keeps that this broker is the master since it accepted the offer of this token; returns once that survives a crash.
     *
     * @return what it is now
     * @throws RoleInDoubtException if nobody knows whether that was kept, see {@link #settle}
     * @throws IOException if it was not, and the broker is the slave that it was
     */
    public synchronized ActingRole accept(ActingRole slave, String token) throws IOException {
        ActingRole master = slave.asMaster();
        byte[] content = content(master, token, null);
        try {
            write(content, token, null);
        } catch (IOException e) {
            inDoubt = inDoubt || mayHold(content, e);
            settle(slave);
            throw e;
        }
        return master;
    }

    /** Whether a write that failed has replaced the file before it did. */
    private boolean mayHold(byte[] content, IOException failure) {
        try {
            return Arrays.equals(content, file.read());
        } catch (IOException e) {
            failure.addSuppressed(e);
            return true;
        }
    }

    /**
     * Makes sure that the file does not speak of an offer that this slave could not accept. Until then, whoever made the offer must
     * not hear that it was refused.
     */
    public synchronized void settle(ActingRole slave) throws RoleInDoubtException {
        if (!inDoubt) {
            return;
        }
        try {
            write(slave);
        } catch (IOException e) {
            throw new RoleInDoubtException(
                    "The file " + file.path() + " may say that this broker is the master, and it is a slave", e);
        }
    }

    /** Whether the last offer that was accepted here has this token. */
    public boolean hasAccepted(String token) {
        return token.equals(accepted);
    }

    private void write(ActingRole role, @Nullable String token, @Nullable HandoverAttempt attempt) throws IOException {
        write(content(role, token, attempt), token, attempt);
    }

    private void write(byte[] content, @Nullable String token, @Nullable HandoverAttempt attempt) throws IOException {
        file.write(content);
        accepted = token;
        unresolved = attempt;
        inDoubt = false;
    }

    private byte[] content(ActingRole role, @Nullable String token, @Nullable HandoverAttempt attempt) {
        return JsonBodies.write(new Content(
                        configured,
                        role.role(),
                        role.brokerId(),
                        role.masterRole(),
                        role.masterAddress(),
                        role.vacatedId(),
                        token,
                        Unresolved.of(attempt)))
                .toByteArray();
    }
}
