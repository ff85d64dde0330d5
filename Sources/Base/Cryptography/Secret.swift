internal import COpenSSL

/// Bytes that must not be seen: wiped when the last owner lets go, never printed, not `Codable`, compared in constant time.
public final class Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    // Written only while being initialized, read only afterwards, and freed by `deinit` alone.
    nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

    public var count: Int { storage.count }

    /// Keeps a copy. The array it was made from stays readable in memory until something else is written there.
    public convenience init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Room for `count` bytes, written by `fill` without an intermediate copy.
    init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        // One byte more than asked for: OpenSSL reads a key pointer of null as "no key", not as an empty one.
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 1, alignment: 16)
        block.initializeMemory(as: UInt8.self, repeating: 0)
        storage = UnsafeMutableRawBufferPointer(start: block.baseAddress, count: count)
        fill(storage)
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// New bytes from OpenSSL's generator for private values; the process ends where the generator fails.
    public static func random(_ count: Int) -> Secret {
        Secret(count: count) { OpenSSL.require(RAND_priv_bytes($0.baseAddress, Int32(count)) == 1, "no randomness") }
    }

    /// The bytes, valid only inside `body`.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// A copy that nothing wipes: for interfaces that take an array.
    public func copyBytes() -> [UInt8] { withBytes { Array($0) } }

    public static func == (left: Secret, right: Secret) -> Bool {
        left.withBytes { left in right.withBytes { right in constantTimeEquals(left, right) } }
    }

    public var description: String { "‹secret›" }
    public var debugDescription: String { "‹secret›" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
