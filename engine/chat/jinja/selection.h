/// engine/chat/jinja/selection.h: what filters such as map(attribute="a.b") and sort(attribute="x") look at.
#pragma once

#include <string>
#include <vector>

#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

/// item.a.b.0 for the path "a.b.0" (or the integer 0); undefined on the way stays undefined only at the last step.
[[nodiscard]] Value path_of(const Value& item, const Value& path, Sandbox& sandbox);

/// The value that an element is ordered by: its attributes ("a,b": several), letters without case unless asked otherwise.
class SortKey {
  public:
    /// none or undefined as `attribute`: the element itself.
    SortKey(Value attribute, bool case_sensitive, Sandbox& sandbox);
    [[nodiscard]] Value of(const Value& item) const;

  private:
    [[nodiscard]] Value without_case(Value value) const;

    std::vector<Value> paths_;
    bool case_sensitive_;
    Sandbox& sandbox_;
};

}  // namespace soliloquy::jinja
