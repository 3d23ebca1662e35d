import AsvinFixtures
import AsvinPlatformAPI
import Testing

@Suite("Rollout commands", .usesScratch)
struct RolloutCommandTests {
  /// Runs a body with a platform that has a plan of two waves.
  private func with(_ body: (CannedPlatform, Scratch) throws -> Void) throws {
    var plan = CannedPlatform.rollout(0, "spring")
    plan.batch = BatchMessage(
      waves: ["1"], successThreshold: 90, failureThreshold: 10,
      window: WindowMessage(from: "22:00", until: "04:00", days: [.sat, .sun], isDeviceTime: true), soak: 5400,
      atOnce: 20, bytesPerSecond: 500_000, stalled: .failure)
    (plan.members, plan.inGroups, plan.waveSizes) = (40, 50, [1, 40])
    (plan.firmwareName, plan.firmwareVersion, plan.fileGroup) = ("kettle", "2.0.0", "kettles")
    plan.groupNames = ["field"]
    plan.times = TimesMessage(offered: 259_200, downloading: 0, installed: 86_400, deadline: 2_592_000)
    var running = plan
    (running.id, running.started, running.age, running.wave, running.tally.stalled) = (8, 1_800_000_000, 86_400, 1, 3)
    let known = try CannedPlatform.json(running)
    let platform = try CannedPlatform([
      "GET /manage/device-groups": try CannedPlatform.json(
        DeviceGroupList(items: [DeviceGroupReply(id: 1, name: "field", members: 50)])),
      "GET /manage/settings": try CannedPlatform.json(
        SettingsMessage(asvinClients: true, customerKeyEnrolment: true, approval: false)),
      "GET /manage/rollouts": try CannedPlatform.json(RolloutList(items: [running])),
      "GET /manage/rollouts/8/devices": try CannedPlatform.json(RolloutDeviceList(items: [])),
      "GET /manage/devices": try CannedPlatform.json(
        DeviceList(items: [CannedPlatform.device(4, "d4", label: "")], next: nil)),
      "POST /manage/rollout-previews": try CannedPlatform.json(plan), "POST /manage/rollouts": known,
      "POST /manage/rollouts/8/start": known, "POST /manage/rollouts/8/retry": known,
      "POST /manage/rollouts/8/approve": known, "POST /manage/rollouts/8/abort": known,
    ])
    defer { platform.end() }
    try Scratch.with { try body(platform, $0) }
  }

  private func run(_ arguments: String, _ platform: CannedPlatform, _ scratch: Scratch) throws -> ProgramRun {
    try ProgramRun(
      "\(arguments) \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=t", before: "setsid -w env")
  }

  @Test func `Without a terminal and without --yes, a rollout shows its plan and is not created`() throws {
    try with { platform, scratch in
      let refused = try run("rollout create spring --group field --firmware 1 --wave 1", platform, scratch)
      #expect(refused.exitCode == 64 && refused.errors.contains("--yes"), "\(refused.errors)")
      for text in [
        "kettle 2.0.0 (firmware 1) of file group 'kettles'", "field (1)", "40 of 50", "1, all = 40",
        "when 90 % of a wave have succeeded for 1 h 30 m", "when 10 % of the open wave have failed", "20 devices",
        "500000 bytes a second", "22:00-04:00 on sat, sun, the time of each device",
        "offered for 3 d, installed for 1 d; counts as a failure", "30 d after the start", "someone",
      ] { #expect(refused.errors.contains(text), "\(text): \(refused.errors)") }
      #expect(platform.changes == ["POST /manage/rollout-previews"])
    }
  }

  @Test func `With --yes a rollout starts, and --start never plans it without a question`() throws {
    try with { platform, scratch in
      let started = try run("rollout create spring --yes --group field --firmware 1", platform, scratch)
      #expect(started.exitCode == 0, "\(started.errors)")
      let planned = try run("rollout create spring --start never --group field --firmware 1", platform, scratch)
      #expect(planned.exitCode == 0, "\(planned.errors)")
      #expect(
        platform.changes == ["POST /manage/rollouts", "POST /manage/rollouts/8/start", "POST /manage/rollouts"])
    }
  }

  @Test func `A rollout that is shown has what an operator needs to judge it`() throws {
    try with { platform, scratch in
      let shown = try run("rollout show 8", platform, scratch).text
      for text in ["kettle 2.0.0", "field (1)", "29 d left", "3 stalled", "2027-01-15T08:00:00Z", "open: all"] {
        #expect(shown.contains(text), "\(text): \(shown)")
      }
      let list = try run("rollout list", platform, scratch).text
      for text in ["2.0.0", "field", "STALLED", "someone"] { #expect(list.contains(text), "\(list)") }
    }
  }

  @Test func `A rollout that the workspace lets wait for an approval is planned and not started`() throws {
    var planned = CannedPlatform.rollout(8, "spring")
    planned.needsApproval = true
    let platform = try CannedPlatform([
      "GET /manage/device-groups": try CannedPlatform.json(
        DeviceGroupList(items: [DeviceGroupReply(id: 1, name: "field", members: 50)])),
      "GET /manage/settings": try CannedPlatform.json(
        SettingsMessage(asvinClients: true, customerKeyEnrolment: true, approval: true)),
      "POST /manage/rollouts": try CannedPlatform.json(planned),
    ])
    defer { platform.end() }
    try Scratch.with { scratch in
      let made = try run("rollout create spring --yes --group field --firmware 1", platform, scratch)
      #expect(made.exitCode == 0 && made.text.contains("needed, by the owner of another token"), "\(made.errors)")
      #expect(platform.changes == ["POST /manage/rollouts"])
    }
  }

  @Test func `Devices try again, a rollout is approved and recalled`() throws {
    try with { platform, scratch in
      for arguments in ["retry 8", "retry 8 d4", "approve 8", "recall 8 --yes"] {
        let run = try run("rollout \(arguments)", platform, scratch)
        #expect(run.exitCode == 0, "\(run.errors)")
      }
      #expect(try run("rollout recall 8", platform, scratch).exitCode == 64)
      #expect(
        platform.changes == [
          "POST /manage/rollouts/8/retry", "POST /manage/rollouts/8/retry", "POST /manage/rollouts/8/approve",
          "POST /manage/rollouts/8/abort",
        ])
    }
  }
}
