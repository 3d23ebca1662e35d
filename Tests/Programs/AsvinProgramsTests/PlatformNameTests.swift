import AsvinFixtures
import AsvinPlatformAPI
import Testing

@Suite("Ids and names of things on a platform", .usesScratch)
struct PlatformNameTests {
  private func with(
    _ change: (inout [String: String]) throws -> Void = { _ in }, _ body: (CannedPlatform, Scratch) throws -> Void
  ) throws {
    var replies = [
      "GET /manage/rollouts": try CannedPlatform.json(
        RolloutList(items: [
          CannedPlatform.rollout(1, "r"), CannedPlatform.rollout(2, "first"), CannedPlatform.rollout(3, "2"),
          CannedPlatform.rollout(4, "twin"), CannedPlatform.rollout(5, "twin"), CannedPlatform.rollout(6, "77"),
        ])),
      "GET /manage/devices": try CannedPlatform.json(
        DeviceList(
          items: [
            CannedPlatform.device(1, "gateway", label: ""), CannedPlatform.device(2, "hostile", label: "1"),
            CannedPlatform.device(3, "other", label: "gateway"), CannedPlatform.device(4, "7", label: "x"),
          ], next: nil)),
      "GET /manage/device-groups": try CannedPlatform.json(
        DeviceGroupList(items: [
          DeviceGroupReply(id: 1, name: "field", members: 1), DeviceGroupReply(id: 2, name: "1", members: 0),
          DeviceGroupReply(id: 3, name: "2024", members: 0),
        ])),
    ]
    for id in 1...6 as ClosedRange<Int64> {
      for action in ["abort", "pause", "resume", "start", "finish"] {
        replies["POST /manage/rollouts/\(id)/\(action)"] = try CannedPlatform.json(CannedPlatform.rollout(id, "x"))
      }
      replies["PUT /manage/devices/\(id)/placement"] = try CannedPlatform.json(
        CannedPlatform.device(id, "x", label: ""))
    }
    try change(&replies)
    let platform = try CannedPlatform(replies)
    defer { platform.end() }
    try Scratch.with { try body(platform, $0) }
  }

  private func run(_ arguments: String, _ platform: CannedPlatform, _ scratch: Scratch) throws -> ProgramRun {
    try ProgramRun("\(arguments) \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=t")
  }

  @Test(
    arguments: [
      ("2", "2"), ("id:2", "2"), ("name:2", "3"), ("first", "2"), ("name:77", "6"), ("twin", nil), ("77", nil),
      ("9", nil),
      ("name:9", nil), ("id:first", nil), ("02", nil), ("99999999999999999999", nil),
    ] as [(String, String?)], ["abort", "pause", "start"])
  func `A rollout is called by its id, or by a name that one rollout has`(
    call: (text: String, id: String?), action: String
  ) throws {
    try with { platform, scratch in
      let run = try run("rollout \(action) \(call.text)", platform, scratch)
      if let id = call.id {
        #expect(run.exitCode == 0 && platform.changes == ["POST /manage/rollouts/\(id)/\(action)"], "\(run.errors)")
      } else {
        #expect((run.exitCode == 66 || run.exitCode == 64) && platform.changes.isEmpty, "\(run.errors)")
      }
      if call.text == "twin" {
        #expect(run.exitCode == 64 && run.errors.contains("4 'twin'") && run.errors.contains("5 'twin'"))
      }
      if call.text == "77" { #expect(run.errors.contains("write name:77")) }
    }
  }

  @Test(
    arguments: [
      ("1", "1"), ("2", "2"), ("hostile", "2"), ("HOSTILE", "2"), ("name:1", "2"), ("name:7", "4"), ("gateway", nil),
      ("7", nil),
    ]
      as [(String, String?)])
  func `A device's own label or name shields no other, and what can be two devices is for the operator`(
    text: String, id: String?
  ) throws {
    try with { platform, scratch in
      let run = try run("device blacklist \(text)", platform, scratch)
      #expect(platform.changes == (id.map { ["PUT /manage/devices/\($0)/placement"] } ?? []), "\(run.errors)")
      #expect((run.exitCode == 0) == (id != nil))
      if text == "gateway" {
        #expect(run.errors.contains("1 (name 'gateway'") && run.errors.contains("3 (name 'other'"))
      }
    }
  }

  @Test func `A group is called by its name or id, and what can be two groups is an error`() throws {
    try with { platform, scratch in
      let both = try run("device group 1 --into 1", platform, scratch)
      #expect(
        both.exitCode == 64 && both.errors.contains("1 'field', 2 '1'") && platform.changes.isEmpty, "\(both.errors)")
      for text in ["field", "id:1", "name:1", "2024", "2"] {
        #expect(try run("device group 1 --into \(text)", platform, scratch).exitCode == 0, "\(text)")
      }
      #expect(try run("device group 1 --into id:9", platform, scratch).exitCode == 66)
    }
  }

  static let ours = "aaaaaaaa-0000-5000-8000-000000000000", theirs = "bbbbbbbb-0000-5000-8000-000000000000"

  @Test(
    arguments: [
      (ours, "--fw-version 1.0.0", 1), (ours, "", 1), (theirs, "", 2), (nil, "", nil), (nil, "--firmware 1", 1),
    ] as [(String?, String, Int?)])
  func `The highest firmware is the highest of the devices' class, and a choice between classes is an error`(
    deviceClass: String?, options: String, chosen: Int?
  ) throws {
    try with {
      $0["GET /manage/devices"] = try CannedPlatform.json(
        DeviceList(items: [CannedPlatform.device(1, "d", label: "", group: 1, of: deviceClass)], next: nil))
      $0["GET /manage/file-groups"] = try CannedPlatform.json(
        FileGroupList(items: [FileGroupReply(id: 1, name: "files", trust: [], files: 2)]))
      $0["GET /manage/file-groups/1/firmware"] = try CannedPlatform.json(
        FirmwareList(
          items: [
            CannedPlatform.firmware(1, "1.0.0", sequence: 5, of: Self.ours),
            CannedPlatform.firmware(2, "9.0.0", sequence: 900, of: Self.theirs, name: "oven"),
          ], next: nil))
      $0["GET /manage/settings"] = try CannedPlatform.json(
        SettingsMessage(asvinClients: true, customerKeyEnrolment: true, approval: false))
      $0["POST /manage/rollouts"] = try CannedPlatform.json(CannedPlatform.rollout(8, "new"))
      $0["POST /manage/rollouts/8/start"] =
        "HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 41\r\nConnection: close\r\n\r\n{\"message\":\"0 of 1 devices can take it\" } "
    } _: { platform, scratch in
      let group = options.hasPrefix("--firmware") ? "" : "--file-group files"
      let run = try run("rollout create new --yes --group field \(group) \(options)", platform, scratch)
      guard chosen != nil else {
        #expect(run.exitCode == 64 && run.errors.contains(Self.ours) && run.errors.contains("--class"), "\(run.errors)")
        return #expect(platform.changes.isEmpty)
      }
      // A refusal is shown in the words of the platform, with the rollout that remains.
      #expect(platform.changes == ["POST /manage/rollouts", "POST /manage/rollouts/8/start"], "\(run.errors)")
      #expect(
        run.exitCode == 65
          && run.errors.contains("rollout 8 is planned and was not started: 0 of 1 devices can take it"),
        "\(run.errors)")
    }
  }

  @Test func `Names from devices and servers reach a terminal with their control characters escaped`() throws {
    try with {
      $0["GET /manage/devices"] = try CannedPlatform.json(
        DeviceList(items: [CannedPlatform.device(1, "d\u{1B}[2J", label: "\u{202E}\u{9B}x")], next: nil))
      $0["POST /manage/rollouts/1/abort"] =
        "HTTP/1.1 409 Conflict\r\nContent-Length: 32\r\nConnection: close\r\n\r\n{\"message\":\"no \\u001b]0;x\\u0007\"}"
    } _: { platform, scratch in
      for arguments in [
        "device list", "device list --json", "rollout abort 1", "rollout abort 1 --json", "device blacklist 1",
      ] {
        let run = try run(arguments, platform, scratch)
        let shown = run.text + run.errors
        #expect(
          !shown.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{9B}" || $0 == "\u{202E}" },
          "\(arguments)")
      }
      struct Listed: Decodable { let devices: [DeviceReply] }
      let list = try run("device list", platform, scratch).text
      #expect(list.contains("d\\u{1B}[2J"))
      #expect(try run("device list --json", platform, scratch).json(Listed.self).devices[0].name == "d\u{1B}[2J")
    }
  }
}
