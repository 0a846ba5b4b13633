/// engine/chat/jinja/value.h: the values of the template language.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/sandbox.h"
#include "engine/chat/jinja/text.h"

namespace soliloquy::jinja {

enum class Kind : uint8_t {
    undefined,
    none,
    boolean,
    integer,
    real,
    string,
    list,
    tuple,
    iterator,
    dict,
    name_space,
    function,
    macro,
    loop
};

struct Object;
struct StringObject;
struct ListObject;
struct DictObject;
struct FunctionObject;
struct MacroObject;
struct LoopObject;

/// Strings are immutable and shared; lists, dicts and namespaces are shared and mutable, as in Python.
class Value {
  public:
    Value() noexcept = default;  ///< undefined
    static Value none() noexcept { return Value(Kind::none); }
    static Value boolean(bool b) noexcept;
    static Value integer(int64_t i) noexcept;
    static Value real(double d) noexcept;
    /// For inputs and literals: not charged to any rendering.
    static Value string(std::string bytes, TextSource source);
    static Value list(std::vector<Value> items);
    static Value dict(std::vector<std::pair<Value, Value>> entries);
    /// For what a rendering makes.
    static Value string(Text text, Sandbox& sandbox);
    static Value list(std::vector<Value> items, Sandbox& sandbox, Kind kind = Kind::list);
    static Value dict(Sandbox& sandbox, Kind kind = Kind::dict);
    static Value object(Kind kind, std::shared_ptr<Object> object) noexcept;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is(Kind kind) const noexcept { return kind_ == kind; }
    [[nodiscard]] bool is_string() const noexcept { return kind_ == Kind::string; }
    [[nodiscard]] bool is_undefined() const noexcept { return kind_ == Kind::undefined; }
    [[nodiscard]] bool is_dict() const noexcept { return kind_ == Kind::dict; }
    /// list, tuple or iterator: list() may be called.
    [[nodiscard]] bool is_sequence() const noexcept { return kind_ == Kind::list || kind_ == Kind::tuple || kind_ == Kind::iterator; }
    /// boolean, integer or real: as_real() may be called.
    [[nodiscard]] bool is_number() const noexcept { return kind_ == Kind::boolean || kind_ == Kind::integer || kind_ == Kind::real; }
    /// boolean or integer: as_integer() may be called.
    [[nodiscard]] bool is_integral() const noexcept { return kind_ == Kind::boolean || kind_ == Kind::integer; }

    [[nodiscard]] int64_t as_integer() const noexcept { return number_.integer; }
    [[nodiscard]] double as_real() const noexcept { return kind_ == Kind::real ? number_.real : static_cast<double>(number_.integer); }
    [[nodiscard]] const Text& text() const noexcept;
    [[nodiscard]] std::string_view view() const noexcept { return text().view(); }
    [[nodiscard]] ListObject& list() const noexcept;
    [[nodiscard]] DictObject& dict() const noexcept;  ///< of a dict or a namespace
    [[nodiscard]] FunctionObject& function() const noexcept;
    [[nodiscard]] MacroObject& macro() const noexcept;
    [[nodiscard]] LoopObject& loop() const noexcept;
    [[nodiscard]] bool same_object(const Value& other) const noexcept { return object_ == other.object_; }

  private:
    explicit Value(Kind kind) noexcept : kind_(kind) {}

    Kind kind_ = Kind::undefined;
    union {
        int64_t integer;
        double real;
    } number_{0};
    std::shared_ptr<Object> object_;
};

/// Memory of a value behind a shared pointer; gives its charge back when it dies.
struct Object {
    Object() = default;
    explicit Object(Sandbox* owner) : sandbox(owner) {}
    virtual ~Object() {
        if (sandbox != nullptr) sandbox->release(charged);
    }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    void charge(size_t bytes) {
        if (sandbox == nullptr) return;
        sandbox->charge(bytes);
        charged += bytes;
    }

    Sandbox* sandbox = nullptr;
    size_t charged = 0;
};

struct StringObject final : Object {
    using Object::Object;
    Text text;
};

/// What can hold other values.
struct Container : Object {
    explicit Container(Sandbox* owner) : Object(owner) {
        if (owner != nullptr) owner->enlist(*this);
    }
    ~Container() override {
        if (sandbox != nullptr) sandbox->delist(*this);
    }
    virtual std::vector<Value> take_elements() noexcept = 0;

    Container* next = nullptr;
    Container* previous = nullptr;
};

struct ListObject final : Container {
    using Container::Container;
    ~ListObject() override;
    std::vector<Value> take_elements() noexcept override { return std::move(items); }
    void append(Value item);

    std::vector<Value> items;
};

/// Keeps the order of insertion. Keys are strings, numbers, none, booleans or flat tuples of these (see require_key).
struct DictObject final : Container {
    using Container::Container;
    ~DictObject() override;
    std::vector<Value> take_elements() noexcept override;
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] const Value* find(const Value& key) const;
    void set(Value key, Value value);
    bool erase(const Value& key);

    std::vector<std::pair<Value, Value>> entries;

  private:
    [[nodiscard]] size_t index_of(const Value& key) const;
    void count_search(size_t key_bytes) const;
};

/// The variable `loop` inside a for loop.
struct LoopObject final : Object {
    using Object::Object;
    Value items;                      ///< a list
    size_t index = 0;                 ///< from 0
    std::vector<Value> last_changed;  ///< what loop.changed() was last called with
    bool changed_called = false;
};

/// Equality of dict keys: as Python's ==, so 1, 1.0 and true are one key.
[[nodiscard]] bool same_key(const Value& a, const Value& b) noexcept;

/// Fails when Python could not hash the value, or when it is a nested or a long tuple.
void require_key(const Value& key, const Sandbox& sandbox);
/// The same as a question: what cannot be a key is in no dict.
[[nodiscard]] bool can_be_key(const Value& key);

/// "str", "int", "dict", ...: Python's names, which template authors know.
[[nodiscard]] std::string_view type_name(const Value& value) noexcept;

}  // namespace soliloquy::jinja
