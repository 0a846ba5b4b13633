/// engine/core/result.h: a value or an error message, used instead of exceptions everywhere in engine/.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace soliloquy {

/// What went wrong, in words for the user: what was expected, what was found, what to do.
enum class ErrorCode {
    invalid_argument,
    not_found,
    io,
    invalid_file,
    unsupported,
    out_of_memory,
    cancelled,
    context_full,
    device,
    internal,
};

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;

    /// The same error with "where: " before its message.
    [[nodiscard]] Error within(std::string_view where) const { return {code, std::string(where) + ": " + message}; }
};

/// out_of_memory with what `words()` gives, or with fewer words where there is no memory even for those.
template <typename Words>
[[nodiscard]] Error out_of_memory_error(Words&& words) noexcept {
    try {
        return {ErrorCode::out_of_memory, words()};
    } catch (...) {
        return {ErrorCode::out_of_memory, "out of memory"};  // short enough to need none
    }
}

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    [[nodiscard]] T& value() & {
        assert(ok());
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] const T& value() const& {
        assert(ok());
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] T&& value() && {
        assert(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    [[nodiscard]] const Error& error() const& {
        assert(!ok());
        return *std::get_if<1>(&state_);
    }
    [[nodiscard]] Error&& error() && {
        assert(!ok());
        return std::move(*std::get_if<1>(&state_));
    }

    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }

  private:
    std::variant<T, Error> state_;
};

/// The result of something that gives no value: Status::success() or an Error.
class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor)
    static Status success() { return {}; }

    [[nodiscard]] bool ok() const noexcept { return !failed_; }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] const Error& error() const& {
        assert(failed_);
        return error_;
    }
    [[nodiscard]] Error&& error() && {
        assert(failed_);
        return std::move(error_);
    }

  private:
    Error error_;
    bool failed_ = false;
};

}  // namespace soliloquy

#define SOLILOQUY_CONCAT_(a, b) a##b
#define SOLILOQUY_CONCAT(a, b) SOLILOQUY_CONCAT_(a, b)

/// Returns the error of a Status or Result expression from the enclosing function.
#define RETURN_IF_ERROR(expression)                                                     \
    do {                                                                                \
        auto status_of_expression = (expression);                                       \
        if (!status_of_expression.ok()) return std::move(status_of_expression).error(); \
    } while (false)

/// `ASSIGN_OR_RETURN(auto x, f());` binds the value of a Result, or returns its error.
#define ASSIGN_OR_RETURN(declaration, expression) ASSIGN_OR_RETURN_(declaration, expression, SOLILOQUY_CONCAT(result_on_line_, __LINE__))
#define ASSIGN_OR_RETURN_(declaration, expression, result) \
    auto result = (expression);                            \
    if (!result.ok()) return std::move(result).error();    \
    declaration = std::move(result).value()
