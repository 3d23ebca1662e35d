import AsvinPrograms

CommandProgram.run(PlatformProgram.self)
