/** The visual language: tokens in theme.css, these primitives on top. Screens use nothing else for controls. */
export { cx } from './class-names.ts';
export { useTheme, startTheme, tokenColour, type Theme, type ThemeChoice } from './theme.ts';
export { Button, IconButton, type ButtonVariant } from './button.tsx';
export { Tooltip, TooltipProvider } from './tooltip.tsx';
export { Kbd, keyText } from './kbd.tsx';
export { useMay, usePermissions, whyNot, type Permission } from './may.ts';
export { Spinner } from './spinner.tsx';
export { Progress } from './progress.tsx';
export { Badge, TypeBadge, type Tone } from './badge.tsx';
export { EmptyState } from './empty-state.tsx';
export { Tabs, TabPanel, type TabItem } from './tabs.tsx';
export { Select, Segmented, type SelectItem } from './select.tsx';
export { Input, TextArea, SearchInput, Field, FieldMessage } from './input.tsx';
export { Switch, Checkbox, Slider } from './toggle.tsx';
export { Menu, ContextMenu, type MenuItem } from './menu.tsx';
export { Dialog, Popover } from './dialog.tsx';
export { Panel, Page } from './panel.tsx';
export { NodeIcon, NodeTile } from './node-icon.tsx';
