package io.reliablemq.broker.role;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
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
 * never heard of it may ask much later.
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
            @JsonProperty("accepted") @Nullable String accepted) {}

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
    public ActingRole read() throws IOException {
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

    /** Keeps the role; returns once that survives a crash. */
    public void write(ActingRole role) throws IOException {
        write(role, accepted);
    }

    /** Keeps that this broker is the master since it accepted the offer of this token; returns once that survives a crash. */
    public void writeAccepted(ActingRole master, String token) throws IOException {
        write(master, token);
        accepted = token;
    }

    /** Whether the last offer that was accepted here has this token. */
    public boolean hasAccepted(String token) {
        return token.equals(accepted);
    }

    private void write(ActingRole role, @Nullable String token) throws IOException {
        file.write(JsonBodies.write(new Content(
                        configured,
                        role.role(),
                        role.brokerId(),
                        role.masterRole(),
                        role.masterAddress(),
                        role.vacatedId(),
                        token))
                .toByteArray());
    }
}
