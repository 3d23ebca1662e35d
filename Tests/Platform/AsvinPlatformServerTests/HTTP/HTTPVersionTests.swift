import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import Testing

/// The versions of HTTP, judged by curl.
@Suite("Versions of HTTP", .usesScratch) struct HTTPVersionTests {
  private static func curl(_ options: String, _ path: String, of platform: PlatformUnderTest) async throws -> String {
    try await Shell.output(
      of: "curl -sS --insecure --max-time 60 \(options) 'https://127.0.0.1:\(platform.port)\(path)'")
  }

  @Test(
    arguments: [("--http2", "2 200"), ("--http1.1", "1.1 200"), ("--no-alpn", "1.1 200"), ("--http1.0", "1.1 200")])
  func `The client chooses the version in the handshake`(option: String, expected: String) async throws {
    try await PlatformUnderTest.run(isTLS: true) { platform in
      let answer = try await Self.curl(
        "\(option) -o /dev/null -w '%{http_version} %{http_code}'", "/metrics", of: platform)
      #expect(answer == expected)
    }
  }

  @Test(arguments: ["--http2", "--http1.1"])
  func `Firmware arrives completely, and a device registers, in each version`(option: String) async throws {
    try await PlatformUnderTest.run(isTLS: true) { platform in
      let image = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
      let firmware = try await platform.publish(image, version: "2.0")
      let keys = #""customer_key":"\#(PlatformUnderTest.customerKey)","device_key":"\#(PlatformUnderTest.deviceKey)""#
      func post(_ path: String, _ body: String, _ more: String) async throws -> String {
        try await Self.curl(
          "\(option) -H 'Content-Type: application/json' -d '{\(keys),\(body)}' \(more)", path, of: platform)
      }
      let registered = try await post(
        "/api/device/register", #""mac":"aa","firmware_version":"1.0","name":"d""#, "")
      #expect(registered.contains("Device inserted!"))
      let path = platform.scratch.path("download")
      let status = try await post(
        "/firmware/download", #""cid":"\#(firmware.image.contentID)""#,
        "-o '\(path)' -w '%{http_version} %{http_code} %{size_download}'")
      #expect(status == "\(option == "--http2" ? "2" : "1.1") 200 3000000")
      #expect(try platform.scratch.read("download") == image)
    }
  }
}
