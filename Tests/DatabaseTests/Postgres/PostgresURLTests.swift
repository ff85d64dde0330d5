import Database
import Testing

@Suite("PostgreSQL: connection URIs")
struct PostgresURLTests {
    @Test(
        "what libpq does not take is refused",
        arguments: [
            "", "postgres", "mysql://db/portico", "host=db dbname=portico", "postgres://db/portico?colour=blue", "postgres://db/a\0b",
            "postgres://%zz/portico", "postgres://[::1/portico",
        ])
    func refused(text: String) {
        #expect(PostgresURL(text) == nil)
    }

    @Test("a password is never shown", arguments: ["postgres://amina:hunter2@db:5433/portico", "postgres://db/portico?user=amina&password=hunter2"])
    func password(text: String) throws {
        let url = try #require(PostgresURL(text))
        var dumped = ""
        dump(url, to: &dumped)
        for shown in ["\(url)", String(reflecting: url), dumped] { #expect(!shown.contains("hunter2")) }
        #expect(url.description.hasPrefix("postgres://amina@db"))
    }

    @Test("as keywords it means the same to PostgreSQL's own programs, and has no password")
    func keywords() throws {
        let url = try #require(PostgresURL("postgres://amina:hunter2@db:5433/portico?sslmode=verify-full&sslpassword=hunter3&options=-c%20x%3D'y'"))
        #expect(url.keywords == #"dbname=portico host=db options='-c x=\'y\'' port=5433 sslmode=verify-full user=amina"#)
    }

    @Test(
        "whether bytes leave the machine is read from the hosts",
        arguments: [
            ("postgres:///portico", false), ("postgres://%2Frun%2Fpostgresql/portico", false), ("postgres://localhost/portico", false),
            ("postgres://127.0.0.1,[::1]/portico", false), ("postgres://db.example/portico", true),
            ("postgres://localhost,db.example/portico", true), ("postgres:///portico?host=db.example", true),
            ("postgres:///portico?hostaddr=192.0.2.1", true),
        ])
    func network(text: String, crosses: Bool) throws {
        #expect(try #require(PostgresURL(text)).crossesNetwork == crosses)
    }
}
