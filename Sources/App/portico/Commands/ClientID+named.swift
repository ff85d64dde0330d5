import OAuthProtocol

extension ClientID {
    static func named(_ text: String) throws(CommandFailure) -> ClientID {
        guard let id = ClientID(rawValue: text) else { throw unknown(text) }
        return id
    }

    static func unknown(_ text: String) -> CommandFailure {
        CommandFailure(.refused, "There is no client \(Table.plain(text)).", "`portico clients list` shows those there are.")
    }
}
