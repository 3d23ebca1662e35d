import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinVerifier
import AsvinManifest
import Testing

@Suite("Downloads of devices without the verifier") struct DownloadTests {
  private func ask(_ fleet: SmallFleet, _ firmware: Firmware, _ board: Board = Board()) throws -> DownloadAnswer {
    var device = try fleet.device(0)
    return try fleet.rows.download(firmware.image.contentID, to: &device, on: board, at: fleet.now)
  }

  private func state(_ fleet: SmallFleet, _ rollout: ID<Rollout>) -> RecordState? {
    fleet.rows.record(rollout, fleet.devices[0])?.state
  }

  @Test func `C21: if two firmware entries have one image, the download belongs to the offered rollout`() throws {
    let fleet = try SmallFleet(1, .legacy)
    let first = try fleet.firmware(contentID: "QmOne")
    let older = try fleet.start(fleet.batch([]), first)
    try fleet.rows.setDisabled(true, older)
    let second = try fleet.firmware(contentID: "QmOne")
    let newer = try fleet.start(fleet.batch([]), second)
    #expect(try fleet.offered() == [0])
    guard case .runsIt = try ask(fleet, second, Board(runs: first.image.md5)) else {
      Issue.record("the board should run the image")
      return
    }
    #expect(state(fleet, newer) == .skipped && state(fleet, older) == nil)
    #expect(try fleet.offered() == [], "it is not offered again")
  }

  @Test
  func `A download sets the state in the offered rollout, whatever other firmware has the same image`() throws {
    let fleet = try SmallFleet(1, .legacy)
    _ = try fleet.firmware(contentID: "QmOne")
    let second = try fleet.firmware(contentID: "QmOne")
    let rollout = try fleet.start(fleet.batch([]), second)
    guard case .serve(let served) = try ask(fleet, second) else {
      Issue.record("the image should be served")
      return
    }
    #expect(served.id == second.id && state(fleet, rollout) == .downloading)
  }

  @Test func `A refusal for lack of space is counted as a failure with a reason`() throws {
    let fleet = try SmallFleet(1, .legacy)
    let firmware = try fleet.firmware(size: 1000)
    let rollout = try fleet.start(fleet.batch([.count(1)], failures: 100), firmware)
    guard case .noRoom(_, 999) = try ask(fleet, firmware, Board(room: 999)) else {
      Issue.record("the space should not suffice")
      return
    }
    let record = try #require(fleet.rows.record(rollout, fleet.devices[0]))
    #expect(record.state == .failed && record.reason == Reason.imageTooLarge.rawValue)
    #expect(fleet.phase(rollout) == .stopped)
  }

  @Test(
    arguments: [
      ("esp32", "esp8266", false), ("esp8266", "esp32", false), ("esp32c3", "esp8266", false), ("esp32", "esp32", true),
      ("esp32c3", "esp32", true), ("esp8266", "esp8266", true), (nil, "esp32", true), ("esp32", nil, true),
      ("nrf52", "esp32", false),
    ] as [(String?, String?, Bool)])
  func `An image for one chip family is not served to a board of the other; unknown chips are served`(
    chip: String?, family: String?, isServed: Bool
  ) throws {
    let fleet = try SmallFleet(1, .legacy)
    let firmware = try fleet.firmware(chip: chip)
    let rollout = try fleet.start(fleet.batch([], endsWhenDone: false), firmware)
    let answer = try ask(fleet, firmware, Board(family: family))
    if case .serve = answer { #expect(isServed) } else { #expect(!isServed) }
    let record = try #require(fleet.rows.record(rollout, fleet.devices[0]))
    #expect(record.reason == (isServed ? 0 : Reason.wrongClass.rawValue))
  }

  @Test
  func `Images of ended, paused and disabled rollouts are not served, nor are they to devices that are not admitted`()
    throws
  {
    let fleet = try SmallFleet(2, .legacy)
    let firmware = try fleet.firmware()
    let rollout = try fleet.start(fleet.batch([.count(1)]), firmware)
    func refusal(_ index: Int = 0) throws -> PlatformError? {
      var device = try fleet.device(index)
      guard
        case .refused(let error) = try fleet.rows.download(
          firmware.image.contentID, to: &device, on: Board(), at: fleet.now)
      else { return nil }
      return error
    }
    #expect(try refusal() == nil)
    #expect(try refusal(1) == .held(.notOffered), "the wave has one place")
    try fleet.rows.pause(rollout)
    #expect(try refusal() == .held(.paused))
    guard case .refused(.held(.paused)) = try fleet.rows.openDownload(firmware.image.contentID) else {
      Issue.record("no client should be served")
      return
    }
    try fleet.rows.resume(rollout)
    try fleet.rows.setDisabled(true, rollout)
    #expect(try refusal() == .held(.disabled))
    try fleet.rows.end(rollout, as: .aborted)
    #expect(try refusal() == .over(.aborted))
    guard case .refused(.over(.aborted)) = try fleet.rows.openDownload(firmware.image.contentID) else {
      Issue.record("no client should be served")
      return
    }
  }

  @Test func `The image that a board runs is recorded even if its rollout was aborted`() throws {
    let fleet = try SmallFleet(1, .legacy)
    let firmware = try fleet.firmware()
    let rollout = try fleet.start(fleet.batch([]), firmware)
    _ = try ask(fleet, firmware)
    try fleet.rows.end(rollout, as: .aborted)
    guard case .refused(.over(.aborted)) = try ask(fleet, firmware, Board(runs: firmware.image.md5)) else {
      Issue.record("the rollout should have ended")
      return
    }
    #expect(state(fleet, rollout) == .confirmed)
  }
}
