import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinManifest
import Testing

@Suite("Logins of asvin's clients", .usesScratch, .serialized) struct LoginTests {
  private func login(_ platform: PlatformUnderTest, _ body: String) async throws -> RawReply {
    try await platform.ask(ESPClient(chip: .esp32, mac: "").post("/auth/login", body))
  }

  @Test func `The signature equals the example in asvin's documentation`() {
    #expect(
      ClientRequests.signature(1_620_045_991) == "fdb0d8e26a382697721763c11425c0af55841769dd7d62298d893816e2a877c7")
  }

  @Test
  func `1 and 2: a signature in lower and upper case, and a time as a number and as text are accepted`() async throws {
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

  @Test func `3: a token fits an ESP8266 and is signed with RS256`() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      #expect(token.utf8.count <= 977)
      let parts = token.split(separator: ".")
      #expect(parts.count == 3 && parts[2].utf8.count == 342)
    }
  }

  @Test(arguments: [
    (key: "my-device-key", shift: 301, isSigned: true), (key: "my-device-key", shift: -301, isSigned: true),
    (key: "nobody's", shift: 0, isSigned: true), (key: "my-device-key", shift: 0, isSigned: false),
  ])
  func `A wrong key, a wrong time and a wrong signature are refused`(key: String, shift: Int64, isSigned: Bool)
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let time = platform.clock.now.seconds + shift
      let signature = isSigned ? ClientRequests.signature(time) : String(repeating: "0", count: 64)
      let reply = try await login(
        platform, #"{"device_key":"\#(key)","timestamp":\#(time),"device_signature":"\#(signature)"}"#)
      #expect(reply.status == 401)
    }
  }

  @Test(arguments: [
    ("{", 400), (String(repeating: " ", count: 20_000), 413),
    (#"{"device_key":"my-device-key","timestamp":"9223372036854775807","device_signature":"00"}"#, 401),
    (#"{"device_key":"my-device-key","timestamp":"-9223372036854775808","device_signature":"00"}"#, 401),
    (#"{"email":"someone@example.com","password":"secret"}"#, 401),
  ])
  func `A body that is malformed, too long, or has a time out of range is refused`(body: String, status: Int)
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let reply = try await login(platform, body)
      #expect(reply.status == status)
    }
  }

  @Test func `A login of the first generation with an account gives access as a device only`() async throws {
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

  @Test func `A password can be tried ten times a minute, whatever else is in the body`() async throws {
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

  @Test func `A token expires after ten minutes, and a forged token is refused`() async throws {
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

  @Test func `A client that logs in too often is refused with asvin's text`() async throws {
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
