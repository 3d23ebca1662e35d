import Synchronization
package import Testing

/// Notices a failed expectation while a test's folder is still there.
package struct ScratchTrait: SuiteTrait, TestTrait, TestScoping {
  private final class Failure: Sendable {
    let isNoticed = Atomic(false)
  }

  @TaskLocal private static var failure: Failure?

  /// It concerns each test of a suite by itself.
  package var isRecursive: Bool { true }

  /// Runs a test, and notices its failures.
  ///
  /// - Throws: what the test throws.
  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let failure = Failure()
    let notice = IssueHandlingTrait.compactMapIssues { issue in
      failure.isNoticed.store(true, ordering: .relaxed)
      return issue
    }
    try await Self.$failure.withValue(failure) {
      try await notice.provideScope(for: test, testCase: testCase, performing: function)
    }
  }

  static func hasFailed() -> Bool {
    guard let failure else { fatalError("a suite that uses Scratch needs the trait .usesScratch") }
    return failure.isNoticed.load(ordering: .relaxed)
  }
}

extension Trait where Self == ScratchTrait {
  /// For suites whose tests use a ``Scratch`` folder.
  package static var usesScratch: Self { ScratchTrait() }
}
