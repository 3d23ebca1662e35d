import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Logging
import Testing

@testable import AsvinPlatformServer

@Suite("Metrics and the log of requests", .usesScratch) struct MetricTests {
  @Test func `The metrics of a workspace count its devices and its rollouts`() async throws {
    try await PlatformUnderTest.run { platform in
      let viewer = try await platform.access(.viewer)
      let first = try await DeviceUnderTest.enrolled(on: platform, "first")
      _ = try await DeviceUnderTest.enrolled(on: platform, "second")
      try await platform.group(first.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "2.0.0").bytes
      _ = try await platform.rollOut(try await platform.publish(bundle: bundle))
      _ = try await first.next([1])
      let reply = try await platform.call("GET", "/manage/metrics", viewer)
      #expect(reply.status == 200 && reply.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
      let version = try #require(try await platform.device(first.name)).firmwareVersion
      for line in [
        "asvin_devices{version=\"\(version)\",other=\"0\"} 2", "asvin_devices{version=\"\",other=\"1\"} 0",
        "asvin_devices_placed{placement=\"lobby\"} 1", "asvin_devices_placed{placement=\"grouped\"} 1",
        "asvin_devices_seen{within=\"1h\"} 2", "asvin_rollouts{phase=\"running\"} 1",
        "asvin_rollout_devices{state=\"offered\"} 1", "asvin_rollout_devices{state=\"failed\"} 0",
      ] {
        #expect(reply.text.split(separator: "\n").contains(Substring(line)), "\(line)\n\(reply.text)")
      }
    }
  }

  @Test func `Without a token, no number of a workspace is served`() async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await DeviceUnderTest.enrolled(on: platform)
      #expect(try await platform.call("GET", "/manage/metrics").status == 401)
      let open = try await platform.call("GET", "/metrics")
      #expect(open.status == 200 && !open.text.contains("asvin_devices") && !open.text.contains("asvin_rollouts"))
      for name in ["asvin_store_bytes{file=\"log\"}", "asvin_disk_free_bytes", "asvin_scheduler_lag_seconds"] {
        #expect(open.text.contains("\n\(name) "), "\(name)")
      }
    }
  }

  @Test func `The text that a device reports cannot add a line to the metrics`() {
    var figures = FleetFigures()
    figures.versions = [VersionCount(version: "1\"} 9\nasvin_devices{version=\"2\\", devices: 3)]
    #expect(figures.metrics.contains(#"{version="1\"} 9\nasvin_devices{version=\"2\\",other="0"} 3"# + "\n"))
    #expect(figures.metrics.split(separator: "\n").filter { $0.hasPrefix("asvin_devices{") }.count == 2)
  }

  @Test func `Each reply names its request`() async throws {
    try await PlatformUnderTest.run { platform in
      let replies = [
        try await platform.call("GET", "/healthz"), try await platform.call("GET", "/nowhere"),
        try await platform.call("GET", "/manage/devices"),
      ]
      let ids = replies.compactMap { $0.field("X-Request-Id") }
      #expect(Set(ids).count == 3 && ids.allSatisfy { !$0.isEmpty }, "\(ids)")
    }
  }

  @Test func `The log has the path and the sender of a request, and not its query`() {
    let actor = RequestActor()
    #expect(RequestLog.fields("GET", "/manage/devices/7", actor) == ["method": "GET", "path": "/manage/devices/7"])
    actor.note(.device(ID(7), of: ID(3)))
    #expect(
      RequestLog.fields("POST", "/v2/devices/7/next", actor) == [
        "method": "POST", "path": "/v2/devices/7/next", "actor": "device 7", "workspace": "3",
      ])
  }

  @Test func `A long path is cut in the log`() {
    let fields = RequestLog.fields("GET", "/" + String(repeating: "é", count: 4000), RequestActor())
    #expect("\(fields["path", default: ""])".utf8.count < 210)
  }
}
