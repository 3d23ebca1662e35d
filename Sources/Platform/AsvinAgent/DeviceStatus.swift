package import AsvinHost
import AsvinInstaller

/// The status of a device: what it is, what it runs and what is pending. It is read from the device's folder while an agent
/// may be running.
package struct DeviceStatus: Codable, Equatable, Sendable {
  /// A release in a slot set.
  package struct Release: Codable, Equatable, Sendable {
    package let version: String
    package let sequence: UInt64
    /// SHA-256 of its manifest; empty for the factory image.
    package let release: String
    /// The slot set: bank `a` or `b`.
    package let bank: String
    /// Whether the images on the disk are the installed ones.
    package let isIntact: Bool
  }

  /// The phase of an update.
  package enum UpdatePhase: String, Codable, Sendable {
    /// It is installed, and the next start tries it.
    case pending
    /// It was started and is not confirmed yet.
    case trial
  }

  /// The process that uses the folder.
  package struct Agent: Codable, Equatable, Sendable {
    package let process: Int32
    package let program: String
  }

  /// The device's own name.
  package let name: String
  /// The id on the platform.
  package let device: Int64
  package let workspace: Int64
  package let platform: String
  package let deviceClass: String
  package let vendor: String
  /// The rollback floor.
  package let floor: UInt64
  /// The running release.
  package let running: Release
  /// The release that is pending or on trial.
  package let candidate: Release?
  package let phase: UpdatePhase?
  /// Whether the device must be restarted, and the restart hook failed or was not run.
  package let awaitsRestart: Bool
  /// The number of reports that the platform has not received yet.
  package let reports: Int
  /// The running agent.
  package let agent: Agent?

  /// Reads the status of a folder's device.
  ///
  /// - Throws: ``Failure``.
  package init(_ folder: DeviceFolder) throws(Failure) {
    let identity = try folder.identity()
    do {
      let state = try folder.state(identity)
      (name, device, workspace) = (identity.name, identity.device, identity.workspace)
      (platform, deviceClass, vendor) = (identity.platform, identity.deviceClass, identity.vendor)
      floor = state.floor
      running = try Release(state.running.content, state.running.slotSet, folder, identity)
      candidate = try state.candidate.map { try Release($0.content, $0.slotSet, folder, identity) }
      phase = state.candidate.map { _ in state.boot.phase == .trial ? .trial : .pending }
      let owed = try folder.load(OwedStart.file, as: OwedStart.self).value
      let now = OwedStart.systemStart
      awaitsRestart = owed.map { identity.places == nil ? !$0.hasHappened : !$0.hasHappened(now) } ?? false
      reports = try Outbox.kept(in: folder).reports.count
      agent = folder.holder.map { Agent(process: $0.process, program: $0.program) }
    } catch {
      throw AgentFailure.failure(error)
    }
  }

  enum CodingKeys: String, CodingKey {
    case name, device, workspace, platform, vendor, floor, running, candidate, phase, awaitsRestart, reports, agent
    case deviceClass = "class"
  }
}

extension DeviceStatus.Release {
  fileprivate init(
    _ content: SlotSetContent, _ slotSet: SlotSet, _ folder: DeviceFolder, _ identity: DeviceIdentity
  ) throws {
    self.init(
      version: content.version, sequence: content.sequence, release: content.release, bank: slotSet.rawValue,
      isIntact: try folder.damagedSlots(content, in: slotSet, of: identity).isEmpty)
  }
}
