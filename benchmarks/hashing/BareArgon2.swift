internal import CArgon2
internal import PasswordHashing

/// libargon2 as it comes, without pool, queue or PHC string: the limit that the module is measured against.
struct BareArgon2 {
    let parameters: Argon2Parameters
    private let password = [UInt8](repeating: 0x70, count: 16)
    private let salt = [UInt8](repeating: 0x73, count: 16)

    init(parameters: Argon2Parameters) { self.parameters = parameters }

    /// libargon2 asks the C library for memory and frees it, for each hash.
    func hashWithOwnMemory() -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: parameters.tagLength)
        let result = argon2id_hash_raw(
            UInt32(parameters.iterations), UInt32(parameters.memoryKiB), UInt32(parameters.parallelism), password, password.count, salt, salt.count,
            &tag, tag.count)
        precondition(result == ARGON2_OK.rawValue)
        return tag
    }

    /// libargon2 computes in a block that the caller keeps.
    func hash(in block: UnsafeMutableRawBufferPointer) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: parameters.tagLength)
        var (password, salt) = (password, salt)
        let result = tag.withUnsafeMutableBufferPointer { tag in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    var context = argon2_context()
                    (context.out, context.outlen) = (tag.baseAddress, UInt32(tag.count))
                    (context.pwd, context.pwdlen) = (password.baseAddress, UInt32(password.count))
                    (context.salt, context.saltlen) = (salt.baseAddress, UInt32(salt.count))
                    context.t_cost = UInt32(parameters.iterations)
                    context.m_cost = UInt32(parameters.memoryKiB)
                    context.lanes = UInt32(parameters.parallelism)
                    context.version = UInt32(ARGON2_VERSION_13.rawValue)
                    return portico_argon2id_in_block(&context, block.baseAddress?.assumingMemoryBound(to: UInt8.self), block.count)
                }
            }
        }
        precondition(result == ARGON2_OK.rawValue)
        return tag
    }
}
