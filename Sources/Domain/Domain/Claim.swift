/// Work that one node at a time does for all: it holds a claim, which ends by itself where the node does not come back to it.
public enum ClaimName: String, Sendable, Hashable, CaseIterable {
    /// Removing what has expired, and retired keys that nothing needs any more.
    case housekeeping
}
