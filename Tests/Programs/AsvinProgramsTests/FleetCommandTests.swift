import AsvinFixtures
import AsvinPlatformAPI
import Testing

@Suite("Commands for a fleet", .usesScratch)
struct FleetCommandTests {
  private func run(
    _ arguments: String, _ replies: [String: String], _ body: (ProgramRun, CannedPlatform) throws -> Void
  ) throws {
    let platform = try CannedPlatform(replies)
    defer { platform.end() }
    try Scratch.with { scratch in
      try body(ProgramRun("\(arguments) \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=t"), platform)
    }
  }

  @Test func `A device is shown with its rollouts, the words of its failures and its log`() throws {
    var device = CannedPlatform.device(7, "gw-7", label: "oven")
    (device.groupName, device.tags) = ("kitchens", ["north"])
    device.attributes = [AttributeMessage(name: "board", value: "rev c")]
    var entry = HistoryEntry(
      rollout: 3, name: "spring", firmware: 2, firmwareName: "kettle", version: "2.0", state: .failed, failures: 1,
      reason: 9, changed: 1_800_000_000)
    (entry.reasonName, entry.message, entry.log) = ("image-too-large", "slot 1 is full", "one\ntwo")
    let replies = [
      "GET /manage/devices": try CannedPlatform.json(DeviceList(items: [device])),
      "GET /manage/devices/7/history": try CannedPlatform.json(HistoryList(items: [entry])),
    ]
    try run("device show gw-7 --log", replies) { run, _ in
      #expect(run.exitCode == 0, "\(run.errors)")
      for part in [
        "device 7 'gw-7'", "kitchens", "north", "board=rev c", "2 'kettle 2.0'", "2027-01-15T08:00:00Z",
        "image-too-large: slot 1 is full", "log in rollout 3", "  two",
      ] { #expect(run.text.contains(part), "\(part): \(run.text)") }
    }
    try run("device show gw-7 --json", replies) { run, _ in #expect(run.text.contains("\"history\"")) }
  }

  @Test func `Many devices are changed only with --yes, and only for conditions that are given`() throws {
    let replies = ["POST /manage/device-changes": try CannedPlatform.json(BulkReply(devices: 4, changed: 0))]
    try run("device change --tag pilot --ungroup", replies) { run, platform in
      #expect(run.exitCode == 0 && run.text.contains("4 devices are selected; add --yes"), "\(run.errors)")
      #expect(platform.changes.count == 1)
    }
    try run("device change --tag pilot --ungroup --yes", replies) { run, platform in
      #expect(run.exitCode == 0 && platform.changes.count == 2, "\(run.errors)")
    }
    for arguments in [
      "device change --ungroup --yes", "device change --tag a --yes", "device change --tag a --ungroup --remove",
    ] {
      try run(arguments, replies) { run, platform in #expect(run.exitCode == 64 && platform.changes.isEmpty) }
    }
  }

  @Test func `A bundle with another digest leaves no file`() throws {
    var firmware = CannedPlatform.firmware(5, "1.0.0", sequence: 1, of: PlatformNameTests.ours)
    firmware.bundle = String(repeating: "0", count: 64)
    let replies = [
      "GET /manage/firmware": try CannedPlatform.json(FirmwareList(items: [firmware])),
      "GET /manage/firmware/5/bundle": "bytes",
    ]
    let platform = try CannedPlatform(replies)
    defer { platform.end() }
    try Scratch.with { scratch in
      let run = try ProgramRun(
        "firmware fetch kettle:1.0.0 -o out.asvin \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=t")
      #expect(run.exitCode == 65 && run.errors.contains("does not have its digest"), "\(run.errors)")
      #expect(throws: (any Error).self) { try scratch.read("out.asvin") }
    }
  }
}
