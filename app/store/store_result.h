/// app/store/store_result.h: a value or an error message of the store. The store knows nothing of the engine, so it has its own.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace soliloquy::store {

enum class StoreErrorCode {
    not_found,  ///< no such conversation or message
    newer,      ///< written by a newer version: nothing was touched
    broken,     ///< the file is damaged: nothing was touched, move_aside() keeps it and makes room
    in_use,     ///< another window owns this store
    busy,       ///< another program kept the file locked longer than the busy timeout
    io,         ///< disk full, no permission, ...
    invalid,    ///< the caller asked for something impossible
};

/// The message says what happened and what to do, in words for the user; it never quotes what a user or a model wrote.
struct StoreError {
    StoreErrorCode code = StoreErrorCode::io;
    std::string message;
};

template <typename T>
class [[nodiscard]] StoreResult {
  public:
    StoreResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}           // NOLINT(google-explicit-constructor)
    StoreResult(StoreError error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] T& value() {
        assert(ok());
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] const T& value() const {
        assert(ok());
        return *std::get_if<0>(&state_);
    }
    [[nodiscard]] const StoreError& error() const {
        assert(!ok());
        return *std::get_if<1>(&state_);
    }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return std::move(value()); }  ///< by value: a loop over a temporary result is safe

  private:
    std::variant<T, StoreError> state_;
};

/// Of an operation that gives no value.
struct Done {};
using StoreStatus = StoreResult<Done>;

}  // namespace soliloquy::store
