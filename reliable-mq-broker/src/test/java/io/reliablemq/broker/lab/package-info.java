/**
 * The lab: lives of a store on a simulated disk and a clock set by hand, told by a seed, all on one thread, so that what
 * went wrong once goes wrong again.
 *
 * <p>A {@link io.reliablemq.broker.lab.StoreStory} takes one action after the other: sends, steps of agents, flushes, time
 * that passes, faults, power cuts in mid-operation, restarts. A {@link io.reliablemq.broker.lab.Ledger} notes what was sent
 * and promised. After each restart, and whenever somebody looks, the bytes of the log are read by a
 * {@link io.reliablemq.broker.lab.LogImage} that shares no code with the store; the ledger checks it against what was
 * promised, and {@link io.reliablemq.broker.lab.IndexCheck} checks the store's answers against it.
 *
 * <p>The classes named {@code *Properties} run thousands of stories. A new operation of the store is a new action of a
 * story, and, where it changes what may be lost, a rule of the ledger.
 */
package io.reliablemq.broker.lab;
