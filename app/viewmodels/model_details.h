/// app/viewmodels/model_details.h: what the drawer of one model shows, as maps for QML. Functions of their arguments: any thread.
#pragma once

#include <QString>
#include <QVariantMap>
#include <functional>

#include "app/models/model_entry.h"
#include "app/models/model_fit.h"
#include "engine/engine.h"

namespace soliloquy {

/// What the library knows already: path, name, facts (rows of label and value), problems, warnings, action.
[[nodiscard]] QVariantMap entry_details(const models::ModelEntry& entry, const models::ModelFit& fit);
/// "CPU, 2 threads, AVX-512 VNNI; this build has no GPU backend": where a model runs, or would run, or why it could not.
[[nodiscard]] QString device_words(const Result<DeviceChoice>& choice);
/// What is read from the file: metadata, tensor types, the template. Reads the header.
[[nodiscard]] QVariantMap file_details(const models::FoundModel& found);
/// The digest of the file, or one line per part. `progress` as in sha256_of_file.
[[nodiscard]] Result<std::string> checksum_of_model(const models::FoundModel& found, const std::function<bool(double)>& progress);
/// The digest and what it says: the same as expected, another, or nothing to compare it with.
[[nodiscard]] QVariantMap checksum_words(const models::FoundModel& found, const QString& digests);

}  // namespace soliloquy
