import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@Suite("Webhooks") struct WebhookRuleTests {
  @Test func `Addresses of special networks are not public`() {
    for text in [
      "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1",
      "223.255.255.255",
      "2606:4700::1111", "2a00:1450:4001:80b::200e", "2001:4860:4860::8888",
    ] { #expect(PublicAddress.isPublic(text), "\(text)") }
    for text in [
      "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1",
      "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::",
      "::1",
      "::ffff:8.8.8.8", "::ffff:808:808", "64:ff9b::808:808", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
      "ff02::1",
      "2001::1", "2001:db8::1", "2002:a00:1::1", "3fff::1", "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256",
      "2606:4700:::1", "2606::4700::1", "2606:4700:1",
    ] { #expect(!PublicAddress.isPublic(text), "\(text)") }
  }

  @Test func `An address has a host, a port and a path, and nothing that reaches another place`() throws {
    let full = try #require(WebhookAddress("https://hooks.example:8443/a/b?c=d"))
    #expect(full.isTLS && full.host == "hooks.example" && full.port == 8443 && full.target == "/a/b?c=d")
    #expect(full.authority == "hooks.example:8443")
    let short = try #require(WebhookAddress("http://[2001:db8::1]"))
    #expect(!short.isTLS && short.host == "2001:db8::1" && short.port == 80 && short.target == "/")
    #expect(short.authority == "[2001:db8::1]" && WebhookAddress("https://a?b=c")?.target == "/?b=c")
    for text in [
      "", "hooks.example", "ftp://a/", "https://", "https:///a", "https://user@a/", "https://a:b@c/", "https://a:0/",
      "https://a:65536/", "https://a:+1/", "https://a:/", "https://a b/", "https://a/\r\nX: y", "https://a/#f",
      "https://a\\b/", "https://[::1/", "https://[::1]x/", "https://a_b/", "https://é/", "HTTPS://a/",
    ] { #expect(WebhookAddress(text) == nil, "\(text)") }
  }

  @Test func `A signature is the one that Python's HMAC computes`() {
    let key = FixedBytes<32> { UInt8($0) }
    let field = WebhookSignature.field(id: "evt_1_2", time: Instant(1_800_000_000), body: Array("{}".utf8), secret: key)
    #expect(field == "v1,sKkcKzJxkE9ZjPrTNopJ3c48JOMmyPMbQut6nF3SLR8=")
    #expect(WebhookSignature.text(of: key) == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
  }

  @Test func `Failures back off, are reported at the third, end after a day, and a delivery ends them`() {
    var webhook = Webhook(
      id: ID(1), address: "https://a/", kinds: [], secret: FixedBytes(), created: Instant(0), creator: "x", delivered: 4
    )
    var backOff: [Int64] = []
    var actions: [AuditAction?] = []
    for number in 0..<12 {
      actions.append(webhook.fail("no", at: Instant(Int64(number))))
      backOff.append(webhook.backOff)
    }
    #expect(backOff == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600])
    #expect(actions.compactMap(\.self) == [.failWebhook] && actions[2] == .failWebhook && !webhook.isSuspended)
    var other = webhook
    #expect(other.succeed(5) == .recoverWebhook && other.delivered == 5 && other.backOff == 0)
    #expect(other.succeed(6) == nil)
    #expect(webhook.fail("no", at: Instant(86_400)) == .suspendWebhook && webhook.isSuspended)
    webhook.resume()
    #expect(!webhook.isSuspended && webhook.failures == 0 && webhook.delivered == 4)
  }
}
