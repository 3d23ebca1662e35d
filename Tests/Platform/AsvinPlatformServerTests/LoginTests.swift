import AsvinFixtures
import AsvinPlatform
import AsvinManifest
import Testing

extension PlatformUnderTest {
  /// A token, as an ESP8266 gets it.
  func token() async throws -> String {
    let reply = try await ask(
      ESPClient(chip: .esp8266, mac: "").post("/auth/login", ClientRequests.loginBody(clock.now.seconds)))
    return try #require(reply.json["token"])
  }
}

extension RawReply {
  /// The members of a JSON object whose values are text.
  var json: [String: String] {
    var members: [String: String] = [:]
    let parts = text.drop { $0 != "{" }.dropFirst().split(separator: "\"", omittingEmptySubsequences: false)
    var index = 1
    while index + 2 < parts.count, parts[index + 1] == ":" {
      members[String(parts[index])] = String(parts[index + 2])
      index += 4
    }
    return members
  }
}

@Suite("Logging in", .usesScratch, .serialized) struct LoginTests {
  private func login(_ platform: PlatformUnderTest, _ body: String) async throws -> RawReply {
    try await platform.ask(ESPClient(chip: .esp32, mac: "").post("/auth/login", body))
  }

  @Test("The signature of asvin's documentation is the one that is computed")
  func documentedSignature() {
    #expect(
      ClientRequests.signature(1_620_045_991) == "fdb0d8e26a382697721763c11425c0af55841769dd7d62298d893816e2a877c7")
  }

  @Test("Compatibility 1 and 2: lower or upper case digits, and a time as a number or as text")
  func forms() async throws {
    try await PlatformUnderTest.run { platform in
      let now = platform.clock.now.seconds
      let signature = ClientRequests.signature(now)
      for digits in [signature, signature.uppercased()] {
        for time in ["\(now)", "\"\(now)\""] {
          for name in ["device_signature", "device-signature"] {
            let body = #"{"device_key":"my-device-key","timestamp":\#(time),"\#(name)":"\#(digits)"}"#
            let reply = try await login(platform, body)
            #expect(reply.status == 200 && reply.json["token"] != nil, "\(body): \(reply.text)")
            #expect(reply.field("X-RateLimit-Limit") == "600" && reply.field("X-RateLimit-Remaining") != nil)
          }
        }
      }
    }
  }

  @Test("Compatibility 3: a token has room in an ESP8266, is RS256, and says the workspace, and ten minutes")
  func tokenForm() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      #expect(token.utf8.count <= 977)
      let parts = token.split(separator: ".")
      #expect(parts.count == 3 && parts[2].utf8.count == 342)
    }
  }

  @Test(
    "A wrong key, another time, another key's signature and an account's password are refused",
    arguments: [
      (key: "my-device-key", shift: 301, isSigned: true), (key: "my-device-key", shift: -301, isSigned: true),
      (key: "nobody's", shift: 0, isSigned: true), (key: "my-device-key", shift: 0, isSigned: false),
    ])
  func refused(key: String, shift: Int64, isSigned: Bool) async throws {
    try await PlatformUnderTest.run { platform in
      let time = platform.clock.now.seconds + shift
      let signature = isSigned ? ClientRequests.signature(time) : String(repeating: "0", count: 64)
      let reply = try await login(
        platform, #"{"device_key":"\#(key)","timestamp":\#(time),"device_signature":"\#(signature)"}"#)
      #expect(reply.status == 401)
    }
  }

  @Test(
    "A body that is no JSON, or too long, or has a time that no number holds, is refused",
    arguments: [
      ("{", 400), (String(repeating: " ", count: 20_000), 413),
      (#"{"device_key":"my-device-key","timestamp":"9223372036854775807","device_signature":"00"}"#, 401),
      (#"{"device_key":"my-device-key","timestamp":"-9223372036854775808","device_signature":"00"}"#, 401),
      (#"{"email":"someone@example.com","password":"secret"}"#, 401),
    ])
  func malformed(body: String, status: Int) async throws {
    try await PlatformUnderTest.run { platform in
      let reply = try await login(platform, body)
      #expect(reply.status == status)
    }
  }

  @Test("The first generation's login by address and password is a device's login, and no more")
  func accounts() async throws {
    try await PlatformUnderTest.run { platform in
      let account = try #require(Account(email: "me@b.example", password: "correct horse", salt: FixedBytes()))
      try await platform.store.add(account, to: platform.workspace.id)
      let generator = LoadGenerator(mac: "AA")
      for (email, password, status) in [
        ("me@b.example", "correct horse", 200), ("ME@b.example", "correct horse", 200),
        ("me@b.example", "correct horsf", 401), ("you@b.example", "correct horse", 401), ("me@b.example", "", 401),
      ] {
        let reply = try await platform.ask(
          generator.post("/auth/login", #""email": "\#(email)", "password": "\#(password)""#, withKeys: false))
        #expect(reply.status == status)
        guard let token = reply.json["token"] else { continue }
        let devices = try await platform.ask(PostmanClient().send("GET", "/api/device/", token: token))
        #expect(devices.status == 200)
        let manage = try await platform.call("GET", "/manage/me", token)
        #expect(manage.status == 401)
      }
    }
  }

  @Test("A password is tried ten times a minute, whatever else is in the body")
  func guesses() async throws {
    try await PlatformUnderTest.run { platform in
      var statuses: [Int] = []
      for number in 0..<12 {
        let members = #""email": "me@b.example", "password": "guess \#(number)", "device_key": "\#(number)""#
        let reply = try await platform.ask(LoadGenerator(mac: "AA").post("/auth/login", members, withKeys: false))
        statuses.append(reply.status)
      }
      #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
    }
  }

  @Test("A token is no longer good after ten minutes, nor with another signature")
  func expiry() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      let esp = ESPClient(chip: .esp8266, mac: "AA:BB")
      let body = #"{"mac":"AA:BB","firmware_version":"1.0"}"#
      let good = try await platform.ask(esp.post("/api/device/next/rollout", body, token: token))
      #expect(good.status == 200)
      let last = token.last == "A" ? "Q" : "A"
      let forged = try await platform.ask(
        esp.post("/api/device/next/rollout", body, token: token.dropLast(2) + "\(last)A"))
      #expect(forged.status == 401 && forged.text.contains("JWT is not valid"))
      platform.clock.now.seconds += 600
      let late = try await platform.ask(esp.post("/api/device/next/rollout", body, token: token))
      #expect(late.status == 401)
    }
  }

  @Test("Who logs in too often is told to wait, as asvin tells it")
  func rateLimit() async throws {
    try await PlatformUnderTest.run(loginsPerMinute: 2) { platform in
      let body = ClientRequests.loginBody(platform.clock.now.seconds)
      for status in [200, 200, 429] {
        let reply = try await login(platform, body)
        #expect(reply.status == status)
        if status == 429 { #expect(reply.text.contains("Too many requests in this time frame.")) }
      }
      platform.clock.now.seconds += 60
      let later = try await login(platform, ClientRequests.loginBody(platform.clock.now.seconds))
      #expect(later.status == 200)
    }
  }
}
