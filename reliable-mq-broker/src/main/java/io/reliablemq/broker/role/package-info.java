/**
 * Which part this broker plays among the brokers of its name: the setting, what became of it since (kept in
 * {@code state/role.json}), and how the part is handed over. The one thread that changes roles is
 * {@code rmq-role}; everybody may look.
 */
@NullMarked
package io.reliablemq.broker.role;

import org.jspecify.annotations.NullMarked;
