package import AsvinHost
import AsvinInstaller

/// What a device is, what it runs, and what is to come: read from its folder, in which an agent may be at work.
package struct DeviceStatus: Codable, Equatable, Sendable {
  /// A release in a bank.
  package struct Release: Codable, Equatable, Sendable {
    /// Its version.
    package let version: String
    /// Its sequence number.
    package let sequence: UInt64
    /// SHA-256 of its manifest; empty for the factory image.
    package let release: String
    /// The bank that holds it.
    package let bank: String
    /// Whether its images on the disk are those that were installed.
    package let isIntact: Bool
  }

  /// How far an update is.
  package enum Phase: String, Codable, Sendable {
    /// It is installed: the next start tries it.
    case pending
    /// It was started and is not confirmed yet.
    case trial
  }

  /// The process that works in the folder.
  package struct Agent: Codable, Equatable, Sendable {
    /// Its process id.
    package let process: Int32
    /// Its program.
    package let program: String
  }

  /// The device's own name.
  package let name: String
  /// Its id on the platform.
  package let device: Int64
  /// The workspace's id.
  package let workspace: Int64
  /// The platform's address.
  package let platform: String
  /// The class id.
  package let deviceClass: String
  /// The vendor id.
  package let vendor: String
  /// The rollback floor.
  package let floor: UInt64
  /// What runs.
  package let running: Release
  /// What is pending or on trial.
  package let candidate: Release?
  /// How far the candidate is.
  package let phase: Phase?
  /// Whether the device is to be started anew, and the hook that does so has failed or was not run.
  package let awaitsRestart: Bool
  /// Reports that the platform has not received yet.
  package let reports: Int
  /// The agent at work, where there is one.
  package let agent: Agent?

  /// The status of a folder's device.
  ///
  /// - Throws: ``Failure``.
  package init(_ folder: DeviceFolder) throws(Failure) {
    let identity = try folder.identity()
    do {
      let state = try folder.state(identity)
      (name, device, workspace) = (identity.name, identity.device, identity.workspace)
      (platform, deviceClass, vendor) = (identity.platform, identity.deviceClass, identity.vendor)
      floor = state.floor
      running = try Release(state.running.content, state.running.bank, folder)
      candidate = try state.candidate.map { try Release($0.content, $0.bank, folder) }
      phase = state.candidate.map { _ in state.boot.phase == .trial ? .trial : .pending }
      let owed = try folder.load(OwedStart.file, as: OwedStart.self).value
      awaitsRestart = owed.map { !$0.hasHappened } ?? false
      reports = try Outbox.kept(in: folder).letters.count
      agent = folder.holder.map { Agent(process: $0.process, program: $0.program) }
    } catch {
      throw Trouble.failure(error)
    }
  }

  enum CodingKeys: String, CodingKey {
    case name, device, workspace, platform, vendor, floor, running, candidate, phase, awaitsRestart, reports, agent
    case deviceClass = "class"
  }
}

extension DeviceStatus.Release {
  fileprivate init(_ content: BankContent, _ bank: Bank, _ folder: DeviceFolder) throws {
    self.init(
      version: content.version, sequence: content.sequence, release: content.release, bank: bank.rawValue,
      isIntact: try folder.damagedSlots(content, in: bank).isEmpty)
  }
}
