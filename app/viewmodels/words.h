/// app/viewmodels/words.h: numbers and times as the window says them: "4 s", "2 m 14 s", "3,310 tokens", "31 tok/s".
#pragma once

#include <QString>
#include <string_view>

namespace soliloquy::words {

[[nodiscard]] QString duration(qint64 ms);     ///< whole seconds; below one second with a tenth
[[nodiscard]] QString since_start(qint64 ms);  ///< for a margin: "0.2 s", "12 s"
[[nodiscard]] QString count(qint64 number);    ///< with the thousands marked: "3,310"
[[nodiscard]] QString size(qint64 bytes);      ///< "12 KB", "1.2 MB"
[[nodiscard]] QString tokens(qint64 number);   ///< "1 token", "8 tokens"
/// What becomes of thoughts from before, by the name of the rule: "dropped: the model never reads an earlier thought again".
[[nodiscard]] QString past_thoughts(std::string_view rule);
[[nodiscard]] QString speed(double per_second);  ///< "31 tok/s", below ten with a tenth; empty for nothing

}  // namespace soliloquy::words
